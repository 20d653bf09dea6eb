/* SPDX-License-Identifier: MIT */
/*
 * What instructions do, one action at a time, for a monitor that emulates an instruction in pieces: loads, stores, segment
 * loads and control-register writes with all of the processor's checks. An action that faults is not delivered: it comes
 * back as data. Only at an instruction boundary, and not from within machine_run() of the same machine.
 */
#ifndef INTERP_ATTEMPT_H
#define INTERP_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

struct cpu;

/* The exception that an action would have raised. */
struct refusal {
    uint8_t vector;
    uint32_t error;
};

/* True: `action` ran to its end. False: it raised `why`, which nobody has delivered; #PF has set CR2. */
bool cpu_attempt(struct cpu *c, void (*action)(struct cpu *c, void *ctx), void *ctx, struct refusal *why);

/* MOV to CR0, CR2, CR3 or CR4, with its checks (SDM Vol. 2, MOV Control Registers); not CPL, not the instruction's time. */
void cr_write(struct cpu *c, unsigned cr, uint32_t v);

#endif
