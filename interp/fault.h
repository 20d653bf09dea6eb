/* SPDX-License-Identifier: MIT */
/*
 * Faults. raise_fault() is the core's only longjmp: it lands in the run loop (cpu_run.c), which delivers the event; it never
 * crosses machine.h. `o` is the operation that faults, so that EIP and time can be made exact; NULL when EIP is already
 * that of the instruction (fetch, delivery).
 */
#ifndef INTERP_FAULT_H
#define INTERP_FAULT_H

#include <stdint.h>
#include <stdnoreturn.h>

struct cpu;
struct op;

/* What longjmp() says at the landing. */
enum { UNWIND_FAULT = 1, UNWIND_EXIT };

noreturn void raise_fault(struct cpu *c, const struct op *o, unsigned vector, uint32_t error);
noreturn void raise_pf(struct cpu *c, const struct op *o, uint32_t lin, uint32_t error);

/* Page-fault error code (SDM Vol. 3, 4.7). */
enum { PF_P = 1, PF_W = 2, PF_U = 4 };

/* #NM, #UD ... have none. */
enum { NO_ERROR = 0 };

/* Does this exception push an error code? (SDM Vol. 3, table 6-1) */
static inline int vector_has_error(unsigned v)
{
    return v == 8 || (v >= 10 && v <= 14) || v == 17;
}

#endif
