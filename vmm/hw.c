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
