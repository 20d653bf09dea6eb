/* SPDX-License-Identifier: MIT */
/* Delivery of exceptions and interrupts through the IDT (SDM Vol. 3, chapter 6), and stacks of other rings. */
#ifndef INTERP_TRAP_H
#define INTERP_TRAP_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/cpu.h"

/* INJECTED: an exception that a VM entry injects, for which RF and DR7 stay as they are (SDM Vol. 3, 26.6.1.1). */
enum trap_kind { TRAP_FAULT, TRAP_SOFTWARE, TRAP_EXTERNAL, TRAP_INJECTED };

/*
 * Delivers: pushes the frame, loads CS:EIP from the gate, SS:ESP from the TSS if the ring changes. `eip` is what is pushed.
 * A fault on the way is raised with the state as it was before. SOFTWARE (INT n, INT3, INTO) checks the gate's DPL.
 */
void trap_deliver(struct cpu *c, unsigned vector, enum trap_kind kind, uint32_t error, uint32_t eip);

/* EFLAGS as this delivery would push it. */
uint32_t trap_pushed_flags(struct cpu *c, unsigned vector, enum trap_kind kind);

/*
 * A fault was raised while `first` (-1: none) was being delivered: what is to be delivered now? Returns the vector, or -1
 * for shutdown (SDM Vol. 3, table 6-5).
 */
int trap_combine(int first, unsigned second);

/* A stack to push on that need not be loaded yet. */
struct stack {
    struct seg seg;
    struct desc_ss {
        uint32_t lo, hi, lin;
    } desc; /* of a new stack; sel 0 in seg: the current one */
    uint32_t sp;
    bool user;      /* privilege of its accesses */
    uint32_t error; /* of #SS when it has no room */
};

/* The current stack; the stack of ring `cpl` from the TSS, with its checks. */
void stack_current(struct cpu *c, struct stack *s);
void stack_inner(struct cpu *c, unsigned cpl, struct stack *s);
/* Makes sure that `n` words can be pushed: after this, stack_push() cannot fault. */
void stack_reserve(struct cpu *c, const struct stack *s, unsigned size, unsigned n);
/* Pushes v[0], v[1], ... as words of 2 or 4 bytes. */
void stack_push(struct cpu *c, struct stack *s, unsigned size, const uint32_t *v, unsigned n);
/* Makes it the current one. `inner`: it was got from stack_inner(). */
void stack_commit(struct cpu *c, const struct stack *s, bool inner);

#endif
