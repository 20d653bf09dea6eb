/* SPDX-License-Identifier: MIT */
/*
 * Ring-0 instructions of the monitor, one function each: the only ways in which monitor C changes the physical CPU. Each
 * has the instruction's effect and cost. They are for the time between the escape and the stub's IRET.
 */
#ifndef VMM_HW_H
#define VMM_HW_H

#include <stdint.h>

#include "interp/addr.h"
#include "interp/machine.h"

void hw_mov_cr0(struct machine *hw, uint32_t v);
void hw_mov_cr3(struct machine *hw, uint32_t v);
void hw_mov_cr4(struct machine *hw, uint32_t v);
void hw_invlpg(struct machine *hw, gva_t gva);
void hw_mov_cr2(struct machine *hw, uint32_t v);
void hw_mov_dr(struct machine *hw, unsigned n, uint32_t v);
/* VMX (interp/vmx.h). The operands are the monitor's own: an error is its mistake, and ends the program. */
void hw_vmxon(struct machine *hw, uint64_t region);
void hw_vmclear(struct machine *hw, uint64_t region);
void hw_vmptrld(struct machine *hw, uint64_t region);
uint64_t hw_vmread(struct machine *hw, enum vmcs_field f);
void hw_vmwrite(struct machine *hw, enum vmcs_field f, uint64_t v);
void hw_invvpid(struct machine *hw, unsigned type, uint16_t vpid, gva_t gva);
void hw_invept(struct machine *hw, uint64_t eptp);
/* MOV to DS, ES, FS or GS, with its descriptor checks. */
void hw_mov_seg(struct machine *hw, unsigned seg, unsigned sel);
/* MOV to a general register other than ESP. */
void hw_mov_reg(struct machine *hw, unsigned reg, uint32_t v);
/* WRMSR to the deadline timer. */
void hw_set_deadline(struct machine *hw, uint64_t tick, uint8_t vector);
/* OUT, one byte. */
void hw_out(struct machine *hw, uint16_t port, uint8_t v);
/* Monitor work that is no single instruction: books its cost. */
void hw_work(struct machine *hw, uint64_t cycles);

#endif
