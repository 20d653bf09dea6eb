/* SPDX-License-Identifier: MIT */
/*
 * Breakpoints in the guest's own debug registers (SDM Vol. 3, 18.2 and 18.3): they raise #DB, and the guest handles it. The
 * machine's owner has others, which the guest never sees (probe.h); both are met in the same places.
 *
 *      code   before the instruction, a fault; RF passes it once. Checked where a fetch begins: in the run loop and on a new
 *             page; within a page by the decoded code that pages with breakpoints have (KEY_PROBED)
 *      data   after the instruction or the delivery, a trap; such pages have no lookaside lines
 *      ports  with CR4.DE, after the instruction
 *
 * Traps gather in debug_hit, as bits of DR6, until the instruction is complete.
 */
#ifndef INTERP_DEBUGREG_H
#define INTERP_DEBUGREG_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/cpu.h"

/* DR0 to DR3, DR7 or CR4.DE have changed: cpu.breaks is made anew, and what was remembered without it goes. */
void debugreg_changed(struct cpu *c);

/* Is any breakpoint enabled? */
static inline bool debugreg_any(const struct cpu *c)
{
    return c->breaks.code | c->breaks.data | c->breaks.port;
}

/* MOV to or from DR: the register that `n` stands for. Raises #UD (DR4 and DR5 with CR4.DE) and #DB (DR7.GD). */
unsigned debugreg_register(struct cpu *c, unsigned n);
/* The value a register takes when `v` is written to it. */
uint32_t debugreg_value(unsigned n, uint32_t v);

/* The breakpoints on code that stand before the instruction at this address, as bits of DR6. */
uint32_t debugreg_code_at(const struct cpu *c, uint32_t lin);
/* Is there a breakpoint on code in this linear page, or, of any CPU on this RAM, at this offset of any page? */
bool debugreg_in_page(const struct cpu *c, uint32_t page);
bool debugreg_at_offset(const struct cpu *c, unsigned offset);
/* Kinds of access (enum probe_kind) that a data breakpoint looks for in some byte of a range. */
unsigned debugreg_kinds(const struct cpu *c, uint32_t lin, uint32_t size);

/* Raises #DB if a breakpoint stands at EIP and RF does not pass it; comes before all faults of the fetch. */
void debugreg_stop(struct cpu *c);
static inline void debugreg_before_fetch(struct cpu *c)
{
    if (c->breaks.code)
        debugreg_stop(c);
}

/* Bytes were read or written; a port was. */
void debugreg_touched(struct cpu *c, uint32_t lin, uint32_t size, unsigned kinds);
void debugreg_port(struct cpu *c, uint16_t port, unsigned size);
/* An instruction boundary with debug_hit set: #DB is pending from now on, unless MOV SS holds it off. */
void debugreg_trap(struct cpu *c);

#endif
