/* SPDX-License-Identifier: MIT */
/* Between root and non-root operation: what VM entries load, and VM exits save and load. */
#ifndef INTERP_VMX_TRANSITION_H
#define INTERP_VMX_TRANSITION_H

#include <stdbool.h>
#include <stdint.h>

struct cpu;
struct vmx_exit;

/*
 * A VM exit (SDM Vol. 3, chapter 27), at an instruction boundary: tells why, saves the guest's state, loads the host's. While
 * cpu.delivering is set, cpu.event is what IDT-vectoring information tells of.
 */
void vmx_leave(struct cpu *c, const struct vmx_exit *e);

/* The end of it, which VM entries that fail share (26.8): the host's state and MSRs. */
void vmx_enter_host(struct cpu *c);

/* The parts. Guest and host are the areas of the current VMCS (26.3.2, 27.3, 27.5). */
void vmx_save_guest(struct cpu *c);
void vmx_load_guest(struct cpu *c);
void vmx_load_host(struct cpu *c);

/* A list of MSRs (24.7.2, 24.8.2). Load: 0, or the number, counted from 1, of the first one that cannot be. */
uint32_t vmx_msrs_load(struct cpu *c, uint64_t list, uint32_t count);
bool vmx_msrs_store(struct cpu *c, uint64_t list, uint32_t count);

/* The processor cannot go on (27.7): says so in the current VMCS, and shuts down. */
enum vmx_abort { ABORT_SAVING_MSRS = 1, ABORT_LOADING_MSRS = 4 };
void vmx_abort(struct cpu *c, enum vmx_abort why);

#endif
