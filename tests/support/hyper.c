/* SPDX-License-Identifier: MIT */
#include "tests/support/hyper.h"

#include <criterion/criterion.h>
#include <string.h>

#include "interp/paging.h"
#include "interp/segment.h"

/* What differs from 0. Segments that are not here are unusable. */
static const struct {
    enum vmcs_field f;
    uint64_t v;
} sound[] = {
    {VMCS_PIN_CONTROLS, PIN_MUST},
    {VMCS_PROC_CONTROLS, PROC_MUST},
    {VMCS_EXIT_CONTROLS, EXIT_MUST | EXIT_SAVE_DEBUG},
    {VMCS_ENTRY_CONTROLS, ENTRY_MUST | ENTRY_LOAD_DEBUG},
    {VMCS_GUEST_LINK, UINT64_MAX},
    {VMCS_IO_BITMAP_A, HYPER_BITMAP},
    {VMCS_IO_BITMAP_B, HYPER_BITMAP + 0x1000},
    {VMCS_MSR_BITMAP, HYPER_BITMAP},
    {VMCS_HOST_CR0, CR0_ET | CR0_WP | VMX_CR0_MUST},
    {VMCS_HOST_CR3, METAL_DIRECTORY},
    {VMCS_HOST_CR4, CR4_VMXE},
    {VMCS_HOST_ESP, HYPER_HOST_STACK},
    {VMCS_HOST_EIP, HYPER_HOST},
    {VMCS_HOST_CS, METAL_CS0},
    {VMCS_HOST_SS, METAL_DS0},
    {VMCS_HOST_DS, METAL_DS0},
    {VMCS_HOST_ES, METAL_DS0},
    {VMCS_HOST_TR, METAL_TR},
    {VMCS_HOST_TR_BASE, METAL_TSS},
    {VMCS_HOST_GDTR_BASE, METAL_GDT},
    {VMCS_HOST_IDTR_BASE, METAL_IDT},
    {VMCS_GUEST_CR0, CR0_ET | CR0_WP | VMX_CR0_MUST},
    {VMCS_GUEST_CR3, METAL_DIRECTORY},
    {VMCS_GUEST_CR4, CR4_VMXE},
    {VMCS_GUEST_DR7, DR7_FIXED},
    {VMCS_GUEST_ESP, HYPER_GUEST_STACK},
    {VMCS_GUEST_EIP, HYPER_GUEST},
    {VMCS_GUEST_EFLAGS, FL_1},
    {VMCS_GUEST_CS, METAL_CS0},
    {VMCS_GUEST_CS_LIMIT, UINT32_MAX},
    {VMCS_GUEST_CS_AR, 0xc09b},
    {VMCS_GUEST_SS, METAL_DS0},
    {VMCS_GUEST_SS_LIMIT, UINT32_MAX},
    {VMCS_GUEST_SS_AR, 0xc093},
    {VMCS_GUEST_DS, METAL_DS0},
    {VMCS_GUEST_DS_LIMIT, UINT32_MAX},
    {VMCS_GUEST_DS_AR, 0xc093},
    {VMCS_GUEST_ES, METAL_DS0},
    {VMCS_GUEST_ES_LIMIT, UINT32_MAX},
    {VMCS_GUEST_ES_AR, 0xc093},
    {VMCS_GUEST_FS_AR, AR_UNUSABLE},
    {VMCS_GUEST_GS_AR, AR_UNUSABLE},
    {VMCS_GUEST_LDTR_AR, AR_UNUSABLE},
    {VMCS_GUEST_TR, METAL_TR},
    {VMCS_GUEST_TR_BASE, METAL_TSS},
    {VMCS_GUEST_TR_LIMIT, 0x67},
    {VMCS_GUEST_TR_AR, 0x8b},
    {VMCS_GUEST_GDTR_BASE, METAL_GDT},
    {VMCS_GUEST_GDTR_LIMIT, METAL_GDT_SIZE - 1},
    {VMCS_GUEST_IDTR_BASE, METAL_IDT},
    {VMCS_GUEST_IDTR_LIMIT, 256 * 8 - 1},
};

uint64_t hyper_get(struct machine *m, enum vmcs_field f)
{
    return vmcs_read(m, HYPER_VMCS, f);
}

void hyper_set(struct machine *m, enum vmcs_field f, uint64_t v)
{
    vmcs_write(m, HYPER_VMCS, f, v);
}

void hyper_or(struct machine *m, enum vmcs_field f, uint64_t bits)
{
    hyper_set(m, f, hyper_get(m, f) | bits);
}

static void clear(struct machine *m, uint32_t page)
{
    static const uint8_t zeros[PAGE_SIZE];

    cr_assert_eq(machine_write(m, page, zeros, sizeof zeros), 0);
}

static void root_operation(struct machine *m)
{
    struct cpu *c = &m->cpu;

    c->vmx = (struct vmx){.on = true, .vmxon = HYPER_VMXON, .vmcs = HYPER_VMCS, .timer = CLOCK_NEVER};
    c->cr0 = CR0_ET | CR0_WP | VMX_CR0_MUST;
    c->cr3 = METAL_DIRECTORY;
    c->cr4 = CR4_VMXE;
    c->gdtr = (struct dtr){METAL_GDT, METAL_GDT_SIZE - 1};
    c->idtr = (struct dtr){METAL_IDT, 256 * 8 - 1};
    c->nmi = c->nmi_blocked = c->pending = false;
    c->debug_hit = 0;
    c->shadow_before = 0;
    tlb_switch(c);
    tlb_invvpid(c, INVVPID_ALL, 0, 0);
    metal_ring(m, 0);
}

void hyper_again(struct machine *m)
{
    clear(m, HYPER_VMCS);
    metal_write32(m, HYPER_VMCS + VMCS_REVISION_AT, VMX_REVISION);
    for (unsigned i = 0; i < sizeof sound / sizeof *sound; i++)
        hyper_set(m, sound[i].f, sound[i].v);
    root_operation(m);
}

struct machine *hyper_create(void)
{
    static const uint8_t hlt = 0xf4;
    struct machine *m = metal_create();

    metal_write32(m, HYPER_VMXON, VMX_REVISION);
    metal_write32(m, HYPER_OTHER, VMX_REVISION);
    cr_assert_eq(machine_write(m, HYPER_HOST, &hlt, 1), 0);
    hyper_again(m);
    return m;
}

void hyper_host(struct machine *m, const void *code, size_t n)
{
    (void)metal_step(m, code, n);
}

void hyper_enter(struct machine *m)
{
    static const uint8_t launch[] = {0x0f, 0x01, 0xc2}, resume[] = {0x0f, 0x01, 0xc3};

    m->cpu.eip = METAL_CODE;
    m->cpu.activity = ACTIVE;
    hyper_host(m, metal_read32(m, HYPER_VMCS + VMCS_LAUNCHED_AT) ? resume : launch, sizeof launch);
}

void hyper_run(struct machine *m, const void *code, size_t n, unsigned steps)
{
    cr_assert_eq(machine_write(m, HYPER_GUEST, code, n), 0);
    hyper_enter(m);
    while (steps-- && m->cpu.vmx.non_root)
        machine_step(m, CLOCK_NEVER);
}

void hyper_user(struct machine *m)
{
    static const enum vmcs_field data[] = {VMCS_GUEST_SS, VMCS_GUEST_DS, VMCS_GUEST_ES};
    static const enum vmcs_field rights[] = {VMCS_GUEST_CS_AR, VMCS_GUEST_SS_AR, VMCS_GUEST_DS_AR, VMCS_GUEST_ES_AR};

    hyper_set(m, VMCS_GUEST_CS, METAL_CS3);
    for (unsigned i = 0; i < 3; i++)
        hyper_set(m, data[i], METAL_DS3);
    for (unsigned i = 0; i < 4; i++)
        hyper_or(m, rights[i], 3 << ATTR_DPL_SHIFT);
}

uint64_t hyper_ept(struct machine *m, uint32_t page)
{
    enum { RWX = 7, WB = 6 << 3, LEVELS = 3 << 3 };

    for (unsigned level = 0; level < 3; level++)
        metal_write32(m, HYPER_EPT + level * PAGE_SIZE, (HYPER_EPT + (level + 1) * PAGE_SIZE) | RWX);
    for (uint32_t i = 0; i < 512; i++) {
        metal_write32(m, HYPER_EPT + 3 * PAGE_SIZE + 8 * i, i << PAGE_SHIFT | RWX | WB);
        metal_write32(m, HYPER_EPT + 3 * PAGE_SIZE + 8 * i + 4, 0);
    }
    hyper_or(m, VMCS_PROC_CONTROLS, PROC_SECONDARY);
    hyper_or(m, VMCS_PROC2_CONTROLS, PROC2_EPT);
    hyper_set(m, VMCS_EPT_POINTER, HYPER_EPT | LEVELS | 6);
    return HYPER_EPT + 3 * PAGE_SIZE + 8 * page;
}

bool hyper_at_host(const struct machine *m)
{
    const struct cpu *c = &m->cpu;

    return c->vmx.on && !c->vmx.non_root && c->eip == HYPER_HOST && c->r[ESP] == HYPER_HOST_STACK;
}
