/* SPDX-License-Identifier: MIT */
/*
 * What handlers need of VMX: leaving non-root operation instead of running, and the results of the VMX instructions. In root
 * operation, and outside VMX operation, all controls in cpu.vmx are 0: one test of a word decides.
 */
#ifndef INTERP_VMX_INSN_H
#define INTERP_VMX_INSN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "interp/exec.h"
#include "interp/vmx.h"

/* The instruction at EIP, `o`, exits; begin() has been called. `info`: instruction information. */
noreturn void vmx_exit_at(struct cpu *c, const struct op *o, unsigned reason, uint32_t qualification, uint32_t info);

/* The same for a handler that has not begun. */
noreturn void vmx_exit_here(struct cpu *c, const struct op *o, unsigned reason);

/* The same in front of an instruction that a control bit of `proc` names. */
static inline void vmx_may_exit(struct cpu *c, const struct op *o, uint32_t bit, unsigned reason)
{
    if (!LIKELY(!(c->vmx.proc & bit)))
        vmx_exit_at(c, o, reason, 0, 0);
}

/* Instruction information (SDM Vol. 3, 27.2.5, tables 27-8 to 27-14) of a memory operand, and of a register operand. */
uint32_t vmx_info_memory(const struct op *o);
uint32_t vmx_info_register(unsigned reg);
#define VMX_INFO_REG2_SHIFT 28
#define VMX_INFO_ADDRESS32 (1u << 7)
#define VMX_INFO_SEGMENT_SHIFT 15
/* The displacement of a memory operand, which is the exit qualification of the same instructions. */
uint32_t vmx_displacement(const struct op *o);

/* CR0 and CR4 as the program reads them. */
uint32_t vmx_cr_seen(struct cpu *c, unsigned cr);
/* MOV from CR3, of a handler that has not begun, exits. */
noreturn void vmx_store_cr3(struct cpu *c, const struct op *o);
/* MOV to CR, CLTS, LMSW: exits, or says what is to be written (vmx_cr.c). */
uint32_t vmx_mov_to_cr(struct cpu *c, const struct op *o, unsigned cr, unsigned reg);
/* False: CR0.TS is the host's, and stays. */
bool vmx_clts(struct cpu *c, const struct op *o);
uint32_t vmx_lmsw(struct cpu *c, const struct op *o, uint32_t v, bool memory);

/* MOV DR, before all its checks (25.1.3). `to`: it writes debug register `dr`. */
void vmx_mov_dr(struct cpu *c, const struct op *o, unsigned dr, unsigned reg, bool to);
/* RDMSR and WRMSR of MSR ECX. */
void vmx_access_msr(struct cpu *c, const struct op *o, bool write);
/* The tables' registers: which of SGDT, SIDT, LGDT, LIDT, or of SLDT, STR, LLDT, LTR (0 to 3). `bits`: the operand size. */
void vmx_table(struct cpu *c, const struct op *o, unsigned which, unsigned bits);
void vmx_selector(struct cpu *c, const struct op *o, unsigned which, bool memory);
/* IN, OUT and their string forms, behind the checks of I/O privilege. `how`: of the qualification. */
void vmx_io(struct cpu *c, const struct op *o, uint16_t port, unsigned size, unsigned how);
/* A task switch (25.4.2): `source`: 0 CALL, 1 IRET, 2 JMP, 3 a task gate in the IDT. `length`: of the instruction, or 0. */
noreturn void vmx_task_switch(struct cpu *c, unsigned sel, unsigned source, uint32_t length);

/* The end of a VMX instruction (30.2). Error 0: VMfailInvalid. */
const struct op *vmx_succeed(struct cpu *c, const struct op *o);
const struct op *vmx_fail(struct cpu *c, const struct op *o, unsigned error);

#endif
