/* SPDX-License-Identifier: MIT */
/* Model-specific registers (SDM Vol. 4) by number: for RDMSR and WRMSR, and for the lists of VM entries and exits. */
#ifndef INTERP_MSR_H
#define INTERP_MSR_H

#include <stdbool.h>
#include <stdint.h>

struct cpu;

enum { MSR_TSC = 0x10, MSR_SYSENTER_CS = 0x174, MSR_SYSENTER_ESP, MSR_SYSENTER_EIP, MSR_DEBUGCTL = 0x1d9 };

/* The time-stamp counter as the program that runs reads it. */
uint64_t msr_time_stamp(struct cpu *c);
/* False: there is no such register, or it does not take this value: RDMSR and WRMSR are #GP(0). */
bool msr_read(struct cpu *c, uint32_t n, uint64_t *v);
bool msr_write(struct cpu *c, uint32_t n, uint64_t v);

#endif
