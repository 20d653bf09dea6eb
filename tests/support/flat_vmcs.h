/* SPDX-License-Identifier: MIT */
/* A VMCS of a guest hypervisor's that can be entered: host and guest flat at ring 0, with the same tables, paging on. */
#ifndef TESTS_SUPPORT_FLAT_VMCS_H
#define TESTS_SUPPORT_FLAT_VMCS_H

#include <stdint.h>

#include "interp/machine.h"
#include "interp/segment.h"
#include "interp/vmx.h"

struct flat_vmcs {
    uint32_t gdt, idt, cr3;
    uint16_t cs, ds, tr; /* selectors */
    uint32_t host_eip, host_esp, guest_eip, guest_esp;
};

static inline void flat_vmcs(struct machine *m, uint64_t at, const struct flat_vmcs *k)
{
    const uint16_t sel[] = {k->ds, k->cs, k->ds, k->ds};
    const struct {
        enum vmcs_field field;
        uint64_t value;
    } row[] = {
        {VMCS_HOST_CR0, VMX_CR0_MUST | CR0_ET | CR0_WP},
        {VMCS_HOST_CR3, k->cr3},
        {VMCS_HOST_CR4, VMX_CR4_MUST | CR4_PSE},
        {VMCS_HOST_ESP, k->host_esp},
        {VMCS_HOST_EIP, k->host_eip},
        {VMCS_HOST_TR, k->tr},
        {VMCS_HOST_GDTR_BASE, k->gdt},
        {VMCS_HOST_IDTR_BASE, k->idt},
        {VMCS_GUEST_CR0, VMX_CR0_MUST | CR0_ET | CR0_WP},
        {VMCS_GUEST_CR3, k->cr3},
        {VMCS_GUEST_CR4, VMX_CR4_MUST | CR4_PSE},
        {VMCS_GUEST_ESP, k->guest_esp},
        {VMCS_GUEST_EIP, k->guest_eip},
        {VMCS_GUEST_EFLAGS, FL_1},
        {VMCS_GUEST_LDTR_AR, AR_UNUSABLE},
        {VMCS_GUEST_TR_AR, ATTR_P | SYS_TSS32_BUSY},
        {VMCS_GUEST_TR_LIMIT, 0x67},
        {VMCS_GUEST_GDTR_BASE, k->gdt},
        {VMCS_GUEST_GDTR_LIMIT, 0xff},
        {VMCS_GUEST_IDTR_BASE, k->idt},
        {VMCS_GUEST_IDTR_LIMIT, 0x7ff},
        {VMCS_GUEST_LINK, UINT64_MAX},
        {VMCS_PIN_CONTROLS, PIN_MUST},
        {VMCS_PROC_CONTROLS, PROC_MUST},
        {VMCS_EXIT_CONTROLS, EXIT_MUST},
        {VMCS_ENTRY_CONTROLS, ENTRY_MUST},
    };

    for (unsigned i = 0; i < sizeof row / sizeof *row; i++)
        vmcs_write(m, at, row[i].field, row[i].value);
    for (unsigned i = 0; i < 4; i++) {
        vmcs_write(m, at, VMCS_HOST_ES + i, sel[i]);
        vmcs_write(m, at, VMCS_GUEST_ES + i, sel[i]);
        vmcs_write(m, at, VMCS_GUEST_ES_LIMIT + i, UINT32_MAX);
        vmcs_write(m, at, VMCS_GUEST_ES_AR + i, i == 1 ? 0xc09b : 0xc093);
    }
    for (unsigned i = VMCS_GUEST_FS_AR; i <= VMCS_GUEST_GS_AR; i++)
        vmcs_write(m, at, i, AR_UNUSABLE);
}

#endif
