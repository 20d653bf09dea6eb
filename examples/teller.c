/* SPDX-License-Identifier: MIT */
/*
 * A technique of one's own, as docs/PLUGINS.en.md makes it step by step: trap and emulate, but the switches of address
 * space are told on standard error, and interrupts going on and off are counted.
 *
 *      cc -shared -fPIC -o teller.so teller.c
 *      ringside run GUEST --mode ./teller.so --cpu virtualizable
 */
#include <inttypes.h>
#include <stdio.h>

#include "ringside_lab.h"

enum { VEC_GP = 13 };

static unsigned long switched_off, switched_on;

/* The instruction is done: the guest goes on behind it. */
static enum lab_next done(struct lab *lab, const struct lab_trap *t)
{
    (void)lab_set(lab, LAB_EIP, lab_get(lab, LAB_EIP) + t->length);
    return LAB_DONE;
}

/* CLI and STI are allowed where the privilege level is not above IOPL (SDM Vol. 2, CLI). */
static enum lab_next change_if(struct lab *lab, const struct lab_trap *t, bool on)
{
    uint32_t flags = lab_get(lab, LAB_EFLAGS);

    if (lab_get(lab, LAB_CPL) > (flags & LAB_IOPL) >> 12)
        return lab_inject(lab, VEC_GP, 0);
    if (on && !(flags & LAB_IF))
        (void)lab_set(lab, LAB_SHADOW, 1); /* not before the next instruction (SDM Vol. 2, STI) */
    (void)lab_set(lab, LAB_EFLAGS, on ? flags | LAB_IF : flags & ~(uint32_t)LAB_IF);
    *(on ? &switched_on : &switched_off) += 1;
    return done(lab, t);
}

static enum lab_next mov_to_cr(struct lab *lab, const struct lab_trap *t)
{
    static const enum lab_reg reg[] = {LAB_CR0, LAB_CR0, LAB_CR2, LAB_CR3, LAB_CR4};
    uint32_t old = lab_get(lab, reg[t->cr]), value = lab_get(lab, (enum lab_reg)t->reg);

    if (lab_get(lab, LAB_CPL) != 0)
        return lab_inject(lab, VEC_GP, 0);
    if (lab_set(lab, reg[t->cr], value))
        return lab_inject_fault(lab);
    if (t->cr == 3)
        (void)fprintf(stderr,
                      "teller: address space %08" PRIx32 " -> %08" PRIx32 "; interrupts off %lu, on %lu times\n", old,
                      value, switched_off, switched_on);
    return done(lab, t);
}

static enum lab_next on_trap(struct lab *lab, const struct lab_trap *t)
{
    switch (t->duty) {
    case LAB_CLI: return change_if(lab, t, false);
    case LAB_STI: return change_if(lab, t, true);
    case LAB_MOV_TO_CR: return mov_to_cr(lab, t);
    default: return LAB_DEFER; /* never asked for */
    }
}

const struct lab_technique lab_technique = {.name = "teller",
                                            .doc = "trap and emulate, and what happens to CR3 is told",
                                            .duties = 1u << LAB_CLI | 1u << LAB_STI | 1u << LAB_MOV_TO_CR,
                                            .on_trap = on_trap};
