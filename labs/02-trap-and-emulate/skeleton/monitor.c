/* SPDX-License-Identifier: MIT */
/*
 * Lab 2, trap and emulate. The guest's kernel runs at ring 1, so each instruction that only ring 0 may execute traps.
 * lab_on_trap() is called then; it executes that one instruction on the virtual CPU, as the processor's manual describes
 * it. README.md says which functions are yours; ringside_lab.h is the whole interface.
 */
#include "ringside_lab.h"

enum { VEC_GP = 13 };

/* #GP(0): what a privileged instruction raises outside ring 0. */
static enum lab_next refuse(struct lab *lab)
{
    return lab_inject(lab, VEC_GP, 0);
}

static bool in_kernel(const struct lab *lab)
{
    return lab_get(lab, LAB_CPL) == 0;
}

static bool has(const struct lab *lab, uint32_t flag)
{
    return lab_get(lab, LAB_EFLAGS) & flag;
}

/* The instruction is done: the next one follows it. */
static enum lab_next advance(struct lab *lab, const struct lab_trap *t)
{
    (void)lab_set(lab, LAB_EIP, lab_get(lab, LAB_EIP) + t->length);
    return LAB_DONE;
}

static enum lab_next cli(struct lab *lab, const struct lab_trap *t)
{
    /* TODO: clear IF in LAB_EFLAGS, if the guest may (SDM Vol. 2, CLI). */
    (void)lab;
    (void)t;
    return LAB_DEFER;
}

static enum lab_next sti(struct lab *lab, const struct lab_trap *t)
{
    /* TODO: set IF, if the guest may; think of the instruction after STI (SDM Vol. 2, STI). */
    (void)lab;
    (void)t;
    return LAB_DEFER;
}

static enum lab_next load_table(struct lab *lab, const struct lab_trap *t, enum lab_reg base, enum lab_reg limit)
{
    /* TODO: read the six bytes at t->address; set `base` and `limit` (SDM Vol. 2, LGDT). */
    (void)lab;
    (void)t;
    return LAB_DEFER;
}

static enum lab_next lgdt(struct lab *lab, const struct lab_trap *t)
{
    return load_table(lab, t, LAB_GDT_BASE, LAB_GDT_LIMIT);
}

static enum lab_next lidt(struct lab *lab, const struct lab_trap *t)
{
    return load_table(lab, t, LAB_IDT_BASE, LAB_IDT_LIMIT);
}

static enum lab_next mov_to_cr(struct lab *lab, const struct lab_trap *t)
{
    /* TODO: t->cr names the control register, t->reg the general one. */
    (void)lab;
    (void)t;
    return LAB_DEFER;
}

static enum lab_next mov_from_cr(struct lab *lab, const struct lab_trap *t)
{
    /* TODO: the other way round. */
    (void)lab;
    (void)t;
    return LAB_DEFER;
}

static enum lab_next in(struct lab *lab, const struct lab_trap *t)
{
    /* TODO: lab_in() asks the device; which part of EAX changes? */
    (void)lab;
    (void)t;
    return LAB_DEFER;
}

static enum lab_next out(struct lab *lab, const struct lab_trap *t)
{
    /* TODO: lab_out(). */
    (void)lab;
    (void)t;
    return LAB_DEFER;
}

static enum lab_next hlt(struct lab *lab, const struct lab_trap *t)
{
    /* TODO: lab_halt(). */
    (void)lab;
    (void)t;
    return LAB_DEFER;
}

static enum lab_next iret(struct lab *lab, const struct lab_trap *t)
{
    /* TODO: take EIP, CS and EFLAGS off the guest's stack, and sometimes ESP and SS (SDM Vol. 2, IRET). */
    (void)lab;
    (void)t;
    return LAB_DEFER;
}

static enum lab_next interrupt(struct lab *lab)
{
    /* TODO: IRET the other way round (SDM Vol. 3, 6.12). May the guest be interrupted now? If not: LAB_HOLD. */
    (void)lab;
    return LAB_DEFER;
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    switch (t->duty) {
    case LAB_CLI: return cli(lab, t);
    case LAB_STI: return sti(lab, t);
    case LAB_LGDT: return lgdt(lab, t);
    case LAB_LIDT: return lidt(lab, t);
    case LAB_MOV_TO_CR: return mov_to_cr(lab, t);
    case LAB_MOV_FROM_CR: return mov_from_cr(lab, t);
    case LAB_IN: return in(lab, t);
    case LAB_OUT: return out(lab, t);
    case LAB_HLT: return hlt(lab, t);
    case LAB_IRET: return iret(lab, t);
    case LAB_INTERRUPT: return interrupt(lab);
    default: return LAB_DEFER;
    }
}
