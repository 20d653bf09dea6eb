/* SPDX-License-Identifier: MIT */
/*
 * The guest in the VMCS. VMREAD and VMWRITE cost as much as a hundred instructions: a field is read when somebody wants
 * it and the hardware may have changed it, and written when it is to hold something else.
 */
#include <string.h>

#include "interp/debugreg.h"
#include "interp/ept.h"
#include "interp/vmx_event.h"
#include "vmm/hw.h"
#include "vmm/monitor.h"

uint32_t vtx_read(struct monitor *n, enum vmcs_field f)
{
    struct vtx *x = &n->vtx;

    if (!x->known[f])
        x->field[f] = hw_vmread(n->hw, f);
    x->known[f] = true;
    return (uint32_t)x->field[f];
}

void vtx_write(struct monitor *n, enum vmcs_field f, uint64_t v)
{
    struct vtx *x = &n->vtx;

    if (x->known[f] && x->field[f] == v)
        return;
    hw_vmwrite(n->hw, f, v);
    x->field[f] = v;
    x->known[f] = true;
}

/* Guest state that no guest can change without an exit. */
static bool is_steady(enum vmcs_field f)
{
    return f == VMCS_GUEST_ACTIVITY || f >= VMCS_GUEST_LINK ||
           (f >= VMCS_GUEST_DEBUGCTL && f <= VMCS_GUEST_SYSENTER_EIP);
}

void vtx_forget(struct monitor *n)
{
    struct vtx *x = &n->vtx;

    for (unsigned f = 0; f < VMCS_FIELDS; f++)
        if (vmcs_info[f].group == VMCS_INFO || (vmcs_info[f].group == VMCS_GUEST && !is_steady(f)))
            x->known[f] = false;
    x->field[VMCS_ENTRY_INTR] &= ~(uint64_t)INTR_VALID; /* as each exit leaves it (SDM Vol. 3, "VM Exits") */
}

/*
 * What the guest may change by itself in CR0 and CR4 without an exit. Paging on and off is the monitor's business, so is
 * what VMX operation fixes; and where the tables that the hardware walks are a shadow, all that bears on paging.
 */
#define CR0_GUESTS (CR0_MP | CR0_EM | CR0_TS | CR0_AM)
#define CR0_GUESTS_NESTED (CR0_GUESTS | CR0_WP)
#define CR4_GUESTS (CR4_TSD | CR4_DE | CR4_PCE)
#define CR4_GUESTS_NESTED (CR4_GUESTS | CR4_PSE | CR4_PGE)

static uint32_t cr0_guests(const struct monitor *n)
{
    return vtx_two_dimensions(n) ? CR0_GUESTS_NESTED : CR0_GUESTS;
}

static uint32_t cr4_guests(const struct monitor *n)
{
    return vtx_two_dimensions(n) ? CR4_GUESTS_NESTED : CR4_GUESTS;
}

enum { CONSTANT_PIN = PIN_INTERRUPT | PIN_NMI | PIN_VIRTUAL_NMI };
#define CONSTANT_PROC (PROC_TSC_OFFSET | PROC_HLT | PROC_DR | PROC_IO | PROC_SECONDARY)

void vtx_write_constants(struct monitor *n)
{
    const struct cpu *p = &n->hw->cpu;
    const struct {
        enum vmcs_field field;
        uint64_t value;
    } row[] = {
        {VMCS_PIN_CONTROLS, PIN_MUST | CONSTANT_PIN},
        {VMCS_VPID, VTX_VPID},
        {VMCS_EXIT_CONTROLS, EXIT_MUST | EXIT_SAVE_DEBUG},
        {VMCS_ENTRY_CONTROLS, ENTRY_MUST | ENTRY_LOAD_DEBUG},
        {VMCS_PFEC_MASK, 0},
        {VMCS_PFEC_MATCH, 0},
        {VMCS_CR3_TARGET_COUNT, 0},
        {VMCS_EXIT_MSR_STORE_COUNT, 0},
        {VMCS_EXIT_MSR_LOAD_COUNT, 0},
        {VMCS_ENTRY_MSR_LOAD_COUNT, 0},
        {VMCS_ENTRY_INTR, 0},
        {VMCS_GUEST_LINK, UINT64_MAX},
        {VMCS_GUEST_DEBUGCTL, 0},
        {VMCS_GUEST_ACTIVITY, 0},
        {VMCS_HOST_CR0, p->cr0},
        {VMCS_HOST_CR3, p->cr3},
        {VMCS_HOST_CR4, p->cr4},
        {VMCS_HOST_ESP, p->r[ESP]},
        {VMCS_HOST_EIP, SEG_CUT + VTX_STUB},
        {VMCS_HOST_ES, p->seg[ES].sel},
        {VMCS_HOST_CS, p->seg[CS].sel},
        {VMCS_HOST_SS, p->seg[SS].sel},
        {VMCS_HOST_DS, p->seg[DS].sel},
        {VMCS_HOST_FS, p->seg[FS].sel},
        {VMCS_HOST_GS, p->seg[GS].sel},
        {VMCS_HOST_TR, p->seg[TR].sel},
        {VMCS_HOST_FS_BASE, 0},
        {VMCS_HOST_GS_BASE, 0},
        {VMCS_HOST_TR_BASE, p->seg[TR].base},
        {VMCS_HOST_GDTR_BASE, p->gdtr.base},
        {VMCS_HOST_IDTR_BASE, p->idtr.base},
        {VMCS_HOST_SYSENTER_CS, 0},
        {VMCS_HOST_SYSENTER_ESP, 0},
        {VMCS_HOST_SYSENTER_EIP, 0},
    };

    memset(n->vtx.known, 0, sizeof n->vtx.known);
    for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++)
        vtx_write(n, row[i].field, row[i].value);
}

/* ---- in ---- */

static void load_segments(struct monitor *n)
{
    struct cpu *v = &n->guest->cpu;

    for (unsigned i = 0; i < SEGS_ALL; i++)
        v->seg[i] = (struct seg){.sel = (uint16_t)vtx_read(n, VMCS_GUEST_ES + i),
                                 .attr = vtx_read(n, VMCS_GUEST_ES_AR + i) & 0xf0ff,
                                 .base = vtx_read(n, VMCS_GUEST_ES_BASE + i),
                                 .limit = vtx_read(n, VMCS_GUEST_ES_LIMIT + i)};
    v->cpl = (uint8_t)attr_dpl(vtx_read(n, VMCS_GUEST_SS_AR));
}

static void load_control(struct monitor *n)
{
    struct cpu *v = &n->guest->cpu;
    uint32_t cr0 = cr0_guests(n), cr4 = cr4_guests(n), dr7 = vtx_read(n, VMCS_GUEST_DR7);
    bool breaks = v->dr[7] != dr7 || (v->cr4 ^ vtx_read(n, VMCS_GUEST_CR4)) & cr4 & CR4_DE;

    if (vtx_two_dimensions(n))
        v->cr3 = vtx_read(n, VMCS_GUEST_CR3);
    v->cr0 = (v->cr0 & ~cr0) | (vtx_read(n, VMCS_GUEST_CR0) & cr0);
    v->cr4 = (v->cr4 & ~cr4) | (vtx_read(n, VMCS_GUEST_CR4) & cr4);
    v->cr2 = n->hw->cpu.cr2;
    v->dr[6] = n->hw->cpu.dr[6];
    v->dr[7] = dr7;
    if (breaks)
        debugreg_changed(v);
}

/*
 * What an exit saves of RF tells little: faults set it, instructions that exit clear it (SDM Vol. 3, "Saving RIP, RSP, RFLAGS,
 * and SSP"). But an interrupt came with the entry, so that nothing has been executed since; and an instruction that was
 * begun has passed the breakpoint that stands before it. What is lost is the RF that an IRET has loaded for an instruction
 * without one: only the frame of an INT n would show it.
 */
uint32_t vtx_resume_flag(struct monitor *n, const struct vmx_event *broken)
{
    const struct cpu *v = &n->guest->cpu;
    unsigned type = broken->info >> INTR_TYPE_SHIFT & 7;

    if (broken->info & INTR_VALID && (type == INTR_EXTERNAL || type == INTR_NMI))
        return n->vtx.rf;
    if (!v->breaks.code)
        return 0;
    return debugreg_code_at(v, vtx_read(n, VMCS_GUEST_CS_BASE) + vtx_read(n, VMCS_GUEST_EIP)) ? FL_RF : 0;
}

static uint32_t told_flags(struct monitor *n)
{
    uint32_t flags = vtx_read(n, VMCS_GUEST_EFLAGS), reason = n->vtx.exit.reason;

    if (reason == VMX_INTERRUPT || reason == VMX_INTR_WINDOW || reason == VMX_NMI_WINDOW)
        return flags;
    return (flags & ~(uint32_t)FL_RF) | vtx_resume_flag(n, &n->vtx.broken);
}

void vtx_load_guest(struct monitor *n)
{
    struct cpu *v = &n->guest->cpu;
    const struct cpu *p = &n->hw->cpu;
    uint32_t blocked = vtx_read(n, VMCS_GUEST_INTERRUPTIBILITY);

    for (unsigned i = 0; i < 8; i++)
        v->r[i] = p->r[i];
    v->r[ESP] = vtx_read(n, VMCS_GUEST_ESP);
    v->eip = vtx_read(n, VMCS_GUEST_EIP);
    load_segments(n);
    load_control(n);
    cpu_set_eflags(v, told_flags(n));
    v->gdtr = (struct dtr){vtx_read(n, VMCS_GUEST_GDTR_BASE), (uint16_t)vtx_read(n, VMCS_GUEST_GDTR_LIMIT)};
    v->idtr = (struct dtr){vtx_read(n, VMCS_GUEST_IDTR_BASE), (uint16_t)vtx_read(n, VMCS_GUEST_IDTR_LIMIT)};
    v->shadow = vmx_shadow(blocked);
    v->nmi_blocked = blocked & BLOCKED_NMI;
    v->debug_hit = vtx_read(n, VMCS_GUEST_PENDING_DEBUG) & (v->shadow ? DR6_B : DR6_B | DR6_BS);
    cpu_refresh(v);
}

/* ---- out ---- */

static void store_segments(struct monitor *n)
{
    const struct cpu *v = &n->guest->cpu;

    for (unsigned i = 0; i < SEGS_ALL; i++) {
        const struct seg *s = &v->seg[i];
        uint32_t ar = s->attr | (s->attr & ATTR_P ? 0 : AR_UNUSABLE);

        if (i == SS)
            ar = (ar & ~(3u << ATTR_DPL_SHIFT)) | (uint32_t)v->cpl << ATTR_DPL_SHIFT;
        vtx_write(n, VMCS_GUEST_ES + i, s->sel);
        vtx_write(n, VMCS_GUEST_ES_AR + i, ar);
        vtx_write(n, VMCS_GUEST_ES_BASE + i, s->base);
        vtx_write(n, VMCS_GUEST_ES_LIMIT + i, s->limit);
    }
}

/* DR0 to DR3 and DR6 stand in no VMCS. */
static void store_debug(struct monitor *n)
{
    const struct cpu *v = &n->guest->cpu;

    for (unsigned i = 0; i < 4 && debugreg_any(v); i++)
        if (n->hw->cpu.dr[i] != v->dr[i])
            hw_mov_dr(n->hw, i, v->dr[i]);
    if (n->hw->cpu.dr[6] != v->dr[6])
        hw_mov_dr(n->hw, 6, v->dr[6]);
    vtx_write(n, VMCS_GUEST_DR7, v->dr[7]);
}

static void store_control(struct monitor *n)
{
    const struct cpu *v = &n->guest->cpu;
    bool nested = vtx_two_dimensions(n);
    uint32_t cr0 = cr0_guests(n), cr4 = cr4_guests(n);

    vtx_write(n, VMCS_CR0_MASK, ~cr0);
    vtx_write(n, VMCS_CR4_MASK, ~cr4);
    vtx_write(n, VMCS_CR0_SHADOW, v->cr0);
    vtx_write(n, VMCS_CR4_SHADOW, v->cr4);
    vtx_write(n, VMCS_GUEST_CR0, (v->cr0 & cr0) | VMX_CR0_MUST | CR0_ET | (nested ? 0 : CR0_WP));
    vtx_write(n, VMCS_GUEST_CR4, (v->cr4 & cr4) | VMX_CR4_MUST);
    vtx_write(n, VMCS_GUEST_CR3, nested ? v->cr3 : n->shadow.root << PAGE_SHIFT);
    vtx_write(n, VMCS_EXCEPTION_BITMAP, nested ? 0 : 1u << VEC_PF);
    vtx_write(n, VMCS_PROC2_CONTROLS, PROC2_VPID | (nested ? PROC2_EPT : 0));
    if (nested)
        vtx_write(n, VMCS_EPT_POINTER, nested_pointer(&n->vtx.tables));
    if (n->hw->cpu.cr2 != v->cr2)
        hw_mov_cr2(n->hw, v->cr2);
    store_debug(n);
}

void vtx_store_execution(struct monitor *n)
{
    const struct machine *g = n->guest;
    const struct cpu *v = &g->cpu, *p = &n->hw->cpu;
    uint32_t proc = PROC_MUST | CONSTANT_PROC;
    /* The guest's counter is its clock; of the hardware's, the stub's instruction to come is none of its. */
    int64_t ahead = (int64_t)(v->t[0] - p->t[0]) - (g->clock_insns ? VTX_STUB_OUT : 0);

    if (!vtx_two_dimensions(n))
        proc |= PROC_CR3_LOAD | PROC_CR3_STORE | PROC_INVLPG;
    if (v->intr)
        proc |= PROC_INTR_WINDOW;
    if (v->nmi)
        proc |= PROC_NMI_WINDOW;
    vtx_write(n, VMCS_PROC_CONTROLS, proc);
    vtx_write(n, VMCS_TSC_OFFSET, (uint64_t)(ahead + v->msr.tsc_offset - p->msr.tsc_offset));
}

void vtx_store_event(struct monitor *n)
{
    struct vmx_event *e = &n->vtx.inject;

    vtx_write(n, VMCS_ENTRY_INTR, e->info);
    if (e->info & INTR_ERROR)
        vtx_write(n, VMCS_ENTRY_INTR_ERROR, e->error);
    if (e->info)
        vtx_write(n, VMCS_ENTRY_LENGTH, e->length);
    *e = (struct vmx_event){0};
}

void vtx_store_guest(struct monitor *n)
{
    const struct cpu *v = &n->guest->cpu;
    uint32_t blocked = vmx_blocking(v->shadow) | (v->nmi_blocked ? BLOCKED_NMI : 0);

    for (unsigned i = 0; i < 8; i++)
        if (i != ESP)
            hw_mov_reg(n->hw, i, v->r[i]);
    vtx_write(n, VMCS_GUEST_ESP, v->r[ESP]);
    vtx_write(n, VMCS_GUEST_EIP, v->eip);
    n->vtx.rf = cpu_eflags(v) & FL_RF;
    vtx_write(n, VMCS_GUEST_EFLAGS, cpu_eflags(v));
    store_segments(n);
    vtx_write(n, VMCS_GUEST_GDTR_BASE, v->gdtr.base);
    vtx_write(n, VMCS_GUEST_GDTR_LIMIT, v->gdtr.limit);
    vtx_write(n, VMCS_GUEST_IDTR_BASE, v->idtr.base);
    vtx_write(n, VMCS_GUEST_IDTR_LIMIT, v->idtr.limit);
    vtx_write(n, VMCS_GUEST_SYSENTER_CS, v->msr.sysenter_cs);
    vtx_write(n, VMCS_GUEST_SYSENTER_ESP, v->msr.sysenter_esp);
    vtx_write(n, VMCS_GUEST_SYSENTER_EIP, v->msr.sysenter_eip);
    vtx_write(n, VMCS_GUEST_INTERRUPTIBILITY, blocked);
    vtx_write(n, VMCS_GUEST_PENDING_DEBUG, vmx_pending(v->debug_hit));
    store_control(n);
}
