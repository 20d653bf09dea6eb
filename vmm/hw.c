/* SPDX-License-Identifier: MIT */
#include "vmm/hw.h"

#include "interp/access.h"
#include "interp/segment.h"

void hw_work(struct machine *hw, uint64_t cycles)
{
    charge(&hw->cpu, ACCOUNT_MONITOR, cycles);
}

void hw_mov_cr0(struct machine *hw, uint32_t v)
{
    hw_work(hw, hw->cost.system);
    cpu_set_cr0(&hw->cpu, v);
}

void hw_mov_cr3(struct machine *hw, uint32_t v)
{
    hw_work(hw, hw->cost.system);
    cpu_set_cr3(&hw->cpu, v);
}

void hw_mov_cr4(struct machine *hw, uint32_t v)
{
    hw_work(hw, hw->cost.system);
    cpu_set_cr4(&hw->cpu, v);
}

void hw_mov_cr2(struct machine *hw, uint32_t v)
{
    hw_work(hw, hw->cost.insn);
    hw->cpu.cr2 = v;
}

/* The host's DR7 enables nothing: what it says of the guest's the VM entry makes of it. */
void hw_mov_dr(struct machine *hw, unsigned n, uint32_t v)
{
    hw_work(hw, hw->cost.system);
    hw->cpu.dr[n] = v;
}

void hw_vmxon(struct machine *hw, uint64_t region)
{
    hw_work(hw, hw->cost.system);
    hw->cpu.vmx.on = true;
    hw->cpu.vmx.vmxon = region;
    hw->cpu.vmx.vmcs = VMCS_NONE;
}

void hw_vmclear(struct machine *hw, uint64_t region)
{
    const uint32_t clear = 0;

    hw_work(hw, hw->cost.system);
    (void)machine_write(hw, region + VMCS_LAUNCHED_AT, &clear, sizeof clear);
    if (hw->cpu.vmx.vmcs == region)
        hw->cpu.vmx.vmcs = VMCS_NONE;
}

void hw_vmptrld(struct machine *hw, uint64_t region)
{
    hw_work(hw, hw->cost.system);
    hw->cpu.vmx.vmcs = region;
}

uint64_t hw_vmread(struct machine *hw, enum vmcs_field f)
{
    hw_work(hw, hw->cost.vmread);
    return vmcs_read(hw, hw->cpu.vmx.vmcs, f);
}

void hw_vmwrite(struct machine *hw, enum vmcs_field f, uint64_t v)
{
    hw_work(hw, hw->cost.vmwrite);
    vmcs_write(hw, hw->cpu.vmx.vmcs, f, v);
}

void hw_invvpid(struct machine *hw, unsigned type, uint16_t vpid, gva_t gva)
{
    hw_work(hw, hw->cost.system);
    tlb_invvpid(&hw->cpu, type, vpid, gva.v);
}

void hw_invept(struct machine *hw, uint64_t eptp)
{
    hw_work(hw, hw->cost.system);
    tlb_invept(&hw->cpu, INVEPT_CONTEXT, eptp);
}

void hw_invlpg(struct machine *hw, gva_t gva)
{
    hw_work(hw, hw->cost.system);
    tlb_invlpg(&hw->cpu, gva.v);
}

void hw_mov_seg(struct machine *hw, unsigned seg, unsigned sel)
{
    hw_work(hw, hw->cost.segload);
    segment_load(&hw->cpu, seg, sel);
}

void hw_mov_reg(struct machine *hw, unsigned reg, uint32_t v)
{
    hw->cpu.r[reg] = v;
}

void hw_set_deadline(struct machine *hw, uint64_t tick, uint8_t vector)
{
    machine_deadline(hw, tick, vector);
}

void hw_out(struct machine *hw, uint16_t port, uint8_t v)
{
    charge(&hw->cpu, ACCOUNT_DEVICE, hw->cost.port);
    bus_out(&hw->bus, port, 1, v);
}
