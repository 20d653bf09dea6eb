/* SPDX-License-Identifier: MIT */
/* Exceptions, interrupts and what else leaves non-root operation between instructions (SDM Vol. 3, 25.2, 25.5). */
#ifndef INTERP_VMX_EVENT_H
#define INTERP_VMX_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/cpu.h"

/* Does this exception exit? By the exception bitmap and, for page faults, their error code (25.2). False in root operation. */
bool vmx_intercepts_guest(struct cpu *c, unsigned vector, uint32_t error);
#define vmx_intercepts(c, vector, error) ((c)->vmx.non_root && vmx_intercepts_guest((c), (vector), (error)))

/* The exception in cpu.fault_vector does. */
void vmx_exception_exits(struct cpu *c);
void vmx_triple_fault(struct cpu *c);
/* What stands before the next instruction: monitor trap flag, timer, windows, NMI, interrupt. True: it has exited. */
bool vmx_boundary(struct cpu *c);
/* Would it? Also what ends a HLT. */
bool vmx_wakes(const struct cpu *c);
/* Must the run loop look at each boundary? */
bool vmx_looks(const struct cpu *c);
/* An instruction, or a delivery, is complete. */
static inline void vmx_completed(struct cpu *c)
{
    c->vmx.mtf = (c->vmx.proc & PROC_MTF) != 0;
}

/* cpu.shadow and cpu.debug_hit as the VMCS has them (24.4.2): for the processor, and for a monitor that writes one. */
static inline uint32_t vmx_blocking(uint8_t shadow)
{
    return shadow == SHADOW_STI ? BLOCKED_STI : shadow == SHADOW_SS ? BLOCKED_SS : 0;
}

static inline uint8_t vmx_shadow(uint32_t interruptibility)
{
    return interruptibility & BLOCKED_SS ? SHADOW_SS : interruptibility & BLOCKED_STI ? SHADOW_STI : 0;
}

static inline uint32_t vmx_pending(uint32_t debug_hit)
{
    return debug_hit | (debug_hit & DR6_B ? PENDING_BREAK : 0);
}

#endif
