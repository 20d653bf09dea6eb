/* SPDX-License-Identifier: MIT */
/* Lab 2, a wrong solution: outside ring 0 IRET never changes IF, whatever IOPL is. */
#include "ringside_lab.h"

enum { USER = 3 };

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

/* May this ring change IF? (SDM Vol. 2, CLI) */
static bool may_change_if(const struct lab *lab)
{
    return lab_get(lab, LAB_CPL) <= (lab_get(lab, LAB_EFLAGS) & LAB_IOPL) >> 12;
}

static enum lab_next cli(struct lab *lab, const struct lab_trap *t)
{
    if (!may_change_if(lab))
        return refuse(lab);
    (void)lab_set(lab, LAB_EFLAGS, lab_get(lab, LAB_EFLAGS) & ~(uint32_t)LAB_IF);
    return advance(lab, t);
}

/* Where IF was clear, interrupts stay off for one instruction more (SDM Vol. 2, STI). */
static enum lab_next sti(struct lab *lab, const struct lab_trap *t)
{
    if (!may_change_if(lab))
        return refuse(lab);
    if (!has(lab, LAB_IF))
        (void)lab_set(lab, LAB_SHADOW, 1);
    (void)lab_set(lab, LAB_EFLAGS, lab_get(lab, LAB_EFLAGS) | LAB_IF);
    return advance(lab, t);
}

/* Six bytes in memory: limit, then base, of which a 16-bit operand size takes three bytes (SDM Vol. 2, LGDT). */
static enum lab_next load_table(struct lab *lab, const struct lab_trap *t, enum lab_reg base, enum lab_reg limit)
{
    uint8_t m[6];
    uint32_t at;

    if (!in_kernel(lab))
        return refuse(lab);
    if (lab_read(lab, t->address, m, sizeof m))
        return lab_inject_fault(lab);
    at = m[2] | m[3] << 8 | m[4] << 16 | (uint32_t)m[5] << 24;
    (void)lab_set(lab, base, t->size == 2 ? at & 0xffffff : at);
    (void)lab_set(lab, limit, m[0] | m[1] << 8);
    return advance(lab, t);
}

static enum lab_next lgdt(struct lab *lab, const struct lab_trap *t)
{
    return load_table(lab, t, LAB_GDT_BASE, LAB_GDT_LIMIT);
}

static enum lab_next lidt(struct lab *lab, const struct lab_trap *t)
{
    return load_table(lab, t, LAB_IDT_BASE, LAB_IDT_LIMIT);
}

static enum lab_reg control(uint32_t cr)
{
    static const enum lab_reg reg[] = {LAB_CR0, LAB_CR0, LAB_CR2, LAB_CR3, LAB_CR4};

    return reg[cr];
}

static enum lab_next mov_to_cr(struct lab *lab, const struct lab_trap *t)
{
    if (!in_kernel(lab))
        return refuse(lab);
    if (lab_set(lab, control(t->cr), lab_get(lab, (enum lab_reg)t->reg)))
        return lab_inject_fault(lab);
    return advance(lab, t);
}

static enum lab_next mov_from_cr(struct lab *lab, const struct lab_trap *t)
{
    if (!in_kernel(lab))
        return refuse(lab);
    (void)lab_set(lab, (enum lab_reg)t->reg, lab_get(lab, control(t->cr)));
    return advance(lab, t);
}

static uint32_t port_of(const struct lab *lab, const struct lab_trap *t)
{
    return t->by_dx ? lab_get(lab, LAB_EDX) & 0xffff : t->immediate;
}

/* The part of EAX that an access of this size touches. */
static uint32_t mask_of(const struct lab_trap *t)
{
    return t->size == 4 ? 0xffffffff : t->size == 2 ? 0xffff : 0xff;
}

static enum lab_next in(struct lab *lab, const struct lab_trap *t)
{
    uint32_t mask = mask_of(t), value;

    if (lab_in(lab, port_of(lab, t), t->size, &value))
        return lab_inject_fault(lab);
    (void)lab_set(lab, LAB_EAX, (lab_get(lab, LAB_EAX) & ~mask) | (value & mask));
    return advance(lab, t);
}

static enum lab_next out(struct lab *lab, const struct lab_trap *t)
{
    if (lab_out(lab, port_of(lab, t), t->size, lab_get(lab, LAB_EAX) & mask_of(t)))
        return lab_inject_fault(lab);
    return advance(lab, t);
}

static enum lab_next hlt(struct lab *lab, const struct lab_trap *t)
{
    if (!in_kernel(lab))
        return refuse(lab);
    lab_halt(lab);
    return advance(lab, t);
}

/* Which flags IRET may change from this ring (SDM Vol. 2, IRET). */
static uint32_t iret_changes(const struct lab *lab)
{
    uint32_t mask = 0x00254dd5; /* ID, AC, NT, OF, DF, TF, SF, ZF, AF, PF, CF */

    if (in_kernel(lab))
        mask |= LAB_IF | LAB_IOPL;
    return mask;
}

/* EIP, CS, EFLAGS come off the stack, and to an outer ring ESP and SS as well. */
static enum lab_next iret(struct lab *lab, const struct lab_trap *t)
{
    uint32_t frame[5], changes = iret_changes(lab), esp = lab_get(lab, LAB_ESP), cpl = lab_get(lab, LAB_CPL);
    bool outer;

    if (t->size != 4 || has(lab, LAB_NT)) /* 16-bit frames and task returns: this lab has none */
        return LAB_DEFER;
    if (lab_read(lab, esp, frame, 12))
        return lab_inject_fault(lab);
    outer = (frame[1] & 3) > cpl;
    if ((frame[1] & 3) < cpl)
        return lab_inject(lab, VEC_GP, frame[1] & 0xfffc);
    if (outer && lab_read(lab, esp + 12, frame + 3, 8))
        return lab_inject_fault(lab);
    if (lab_set(lab, LAB_CS, frame[1]))
        return lab_inject_fault(lab);
    if (outer && lab_set(lab, LAB_SS, frame[4]))
        return lab_inject_fault(lab);
    (void)lab_set(lab, LAB_ESP, outer ? frame[3] : esp + 12);
    (void)lab_set(lab, LAB_EFLAGS, (lab_get(lab, LAB_EFLAGS) & ~changes) | (frame[2] & changes));
    (void)lab_set(lab, LAB_EIP, frame[0]);
    return LAB_DONE;
}

/* From ring 3 the handler gets the stack that the TSS names for ring 0 (SDM Vol. 3, 6.12.1). */
static int switch_stack(struct lab *lab, uint32_t *esp)
{
    uint32_t stack[2];

    if (lab_read(lab, lab_get(lab, LAB_TSS_BASE) + 4, stack, sizeof stack) || lab_set(lab, LAB_SS, stack[1]))
        return -1;
    *esp = stack[0];
    return 0;
}

/* IRET the other way round: the gate says where to go, and the frame how to come back. */
static enum lab_next interrupt(struct lab *lab)
{
    uint32_t gate[2],
        frame[5] = {lab_get(lab, LAB_EIP), lab_get(lab, LAB_CS), lab_get(lab, LAB_EFLAGS), lab_get(lab, LAB_ESP),
                    lab_get(lab, LAB_SS)},
        esp = frame[3], size = 12, clear = LAB_TF | LAB_NT | LAB_RF | LAB_VM;

    if (!has(lab, LAB_IF) || lab_get(lab, LAB_SHADOW))
        return LAB_HOLD;
    if (lab_read(lab, lab_get(lab, LAB_IDT_BASE) + 8 * lab_ack(lab), gate, sizeof gate))
        return LAB_DEFER;
    if (lab_set(lab, LAB_CS, gate[0] >> 16 & 0xfffc))
        return LAB_DEFER;
    if ((frame[1] & 3) == USER) {
        if (switch_stack(lab, &esp))
            return LAB_DEFER;
        size = 20;
    }
    if (lab_write(lab, esp - size, frame, size))
        return LAB_DEFER;
    if (!(gate[1] & 0x100)) /* an interrupt gate, not a trap gate */
        clear |= LAB_IF;
    (void)lab_set(lab, LAB_ESP, esp - size);
    (void)lab_set(lab, LAB_EFLAGS, frame[2] & ~clear);
    (void)lab_set(lab, LAB_EIP, (gate[0] & 0xffff) | (gate[1] & 0xffff0000));
    return LAB_DONE;
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
