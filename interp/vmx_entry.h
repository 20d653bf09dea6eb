/* SPDX-License-Identifier: MIT */
/* VM entries (SDM Vol. 3, chapter 26): VMLAUNCH and VMRESUME behind what all VMX instructions check. */
#ifndef INTERP_VMX_ENTRY_H
#define INTERP_VMX_ENTRY_H

#include <stdbool.h>

#include "interp/vmx_check.h"

struct cpu;

/* The error with which the current VMCS is refused before anything has changed, or 0. */
unsigned vmx_entry_refused(struct cpu *c, bool launch);
/*
 * Goes into the guest: behind this EIP is the guest's, or the host's again if the entry failed. The instruction has retired.
 * An injected event is delivered here; if that faults, this does not return (fault.h).
 */
void vmx_enter(struct cpu *c);

#endif
