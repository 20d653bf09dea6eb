/* SPDX-License-Identifier: MIT */
#include "interp/vmx_transition.h"

#include "interp/access.h"
#include "interp/debugreg.h"
#include "interp/machine.h"
#include "interp/msr.h"
#include "interp/segment.h"
#include "interp/tlb.h"
#include "interp/vmx_event.h"

/* Bits of CR0 that neither VM entry nor VM exit changes (26.3.2.1, 27.5.1). */
#define CR0_KEPT (CR0_ET | CR0_NW | CR0_CD | 0x1ffaffc0u)

static uint32_t get(struct cpu *c, enum vmcs_field f)
{
    return (uint32_t)vmcs_read(c->m, c->vmx.vmcs, f);
}

static void put(struct cpu *c, enum vmcs_field f, uint32_t v)
{
    vmcs_write(c->m, c->vmx.vmcs, f, v);
}

/* ---- 27.3: saving guest state ---- */

/* The field of segment register `s`: they stand in the order of enum seg_reg. */
static enum vmcs_field of(enum vmcs_field first, unsigned s)
{
    return (enum vmcs_field)(first + s);
}

/* SS tells of the CPL even where it cannot be used (27.3.2). */
static uint32_t access_rights(const struct cpu *c, unsigned s)
{
    uint32_t attr = c->seg[s].attr;

    if (attr & ATTR_P)
        return attr;
    return AR_UNUSABLE | (s == SS ? (attr & ATTR_D) | (uint32_t)c->cpl << ATTR_DPL_SHIFT : 0);
}

static void save_segments(struct cpu *c)
{
    for (unsigned s = 0; s < SEGS_ALL; s++) {
        put(c, of(VMCS_GUEST_ES, s), c->seg[s].sel);
        put(c, of(VMCS_GUEST_ES_BASE, s), c->seg[s].base);
        put(c, of(VMCS_GUEST_ES_LIMIT, s), c->seg[s].limit);
        put(c, of(VMCS_GUEST_ES_AR, s), access_rights(c, s));
    }
    put(c, VMCS_GUEST_GDTR_BASE, c->gdtr.base);
    put(c, VMCS_GUEST_GDTR_LIMIT, c->gdtr.limit);
    put(c, VMCS_GUEST_IDTR_BASE, c->idtr.base);
    put(c, VMCS_GUEST_IDTR_LIMIT, c->idtr.limit);
}

static void save_registers(struct cpu *c)
{
    put(c, VMCS_GUEST_CR0, c->cr0);
    put(c, VMCS_GUEST_CR3, c->cr3);
    put(c, VMCS_GUEST_CR4, c->cr4);
    if (get(c, VMCS_EXIT_CONTROLS) & EXIT_SAVE_DEBUG) {
        put(c, VMCS_GUEST_DR7, c->dr[7]);
        vmcs_write(c->m, c->vmx.vmcs, VMCS_GUEST_DEBUGCTL, 0);
    }
    put(c, VMCS_GUEST_SYSENTER_CS, c->msr.sysenter_cs);
    put(c, VMCS_GUEST_SYSENTER_ESP, c->msr.sysenter_esp);
    put(c, VMCS_GUEST_SYSENTER_EIP, c->msr.sysenter_eip);
    put(c, VMCS_GUEST_ESP, c->r[ESP]);
    put(c, VMCS_GUEST_EIP, c->eip);
    put(c, VMCS_GUEST_EFLAGS, cpu_eflags(c));
}

/* What is left of the timer, in its own steps (25.5.1). */
static uint32_t timer_value(const struct cpu *c)
{
    uint64_t tsc = c->t[0] + (uint64_t)c->msr.tsc_offset, end = c->vmx.timer + (uint64_t)c->msr.tsc_offset;

    if (c->vmx.timer <= c->t[0])
        return 0;
    return (uint32_t)((end >> VMX_TIMER_SHIFT) - (tsc >> VMX_TIMER_SHIFT));
}

/* What MOV SS holds off, its own single step among it (27.3.4); and traps that an exit went before. */
static uint32_t pending_debug(struct cpu *c)
{
    uint32_t step = c->shadow == SHADOW_SS && cpu_eflags(c) & FL_TF ? DR6_BS : 0;

    return vmx_pending(c->debug_hit) | step;
}

static void save_other(struct cpu *c)
{
    /* Where an event is being delivered, nothing is blocked or pending any more (27.1). */
    uint32_t blocked = c->delivering ? 0 : vmx_blocking(c->shadow), pending = c->delivering ? 0 : pending_debug(c);

    put(c, VMCS_GUEST_INTERRUPTIBILITY, blocked | (c->nmi_blocked ? BLOCKED_NMI : 0));
    put(c, VMCS_GUEST_ACTIVITY, c->activity == HALTED);
    put(c, VMCS_GUEST_PENDING_DEBUG, pending);
    if (get(c, VMCS_EXIT_CONTROLS) & EXIT_SAVE_TIMER)
        put(c, VMCS_GUEST_TIMER, timer_value(c));
}

void vmx_save_guest(struct cpu *c)
{
    save_registers(c);
    save_segments(c);
    save_other(c);
}

/* ---- both ways ---- */

/* VM entry has checked what must be set; what has been written to the VMCS since then may be anything. */
static void load_control_registers(struct cpu *c, uint32_t cr0, uint32_t cr3, uint32_t cr4)
{
    c->cr0 = (((cr0 & ~CR0_KEPT) | (c->cr0 & CR0_KEPT)) & CR0_DEFINED) | VMX_CR0_MUST;
    c->cr3 = cr3 & CR3_DEFINED;
    c->cr4 = (cr4 & CR4_DEFINED) | VMX_CR4_MUST | (c->cr4 & CR4_VIRTUALIZABLE);
}

/* All that is derived of what was loaded; translations by tag (28.3.3.1). */
static void settle(struct cpu *c)
{
    tlb_switch(c);
    lookaside_clear(&c->tlb);
    cpu_refresh(c);
    debugreg_changed(c);
    attention(c);
}

/* ---- 26.3.2: loading guest state; it has been checked ---- */

static void load_segment(struct cpu *c, unsigned s)
{
    uint32_t ar = get(c, of(VMCS_GUEST_ES_AR, s));
    uint32_t attr = ar & AR_UNUSABLE ? (s == SS ? ATTR_D | (ar & 3u << ATTR_DPL_SHIFT) : 0) : ar & 0xf0ff;

    c->seg[s] = (struct seg){.sel = (uint16_t)get(c, of(VMCS_GUEST_ES, s)),
                             .attr = (uint16_t)attr,
                             .base = get(c, of(VMCS_GUEST_ES_BASE, s)),
                             .limit = get(c, of(VMCS_GUEST_ES_LIMIT, s))};
}

static void load_segments(struct cpu *c)
{
    for (unsigned s = 0; s < SEGS_ALL; s++)
        load_segment(c, s);
    c->cpl = (uint8_t)attr_dpl(get(c, VMCS_GUEST_SS_AR));
    c->gdtr = (struct dtr){get(c, VMCS_GUEST_GDTR_BASE), (uint16_t)get(c, VMCS_GUEST_GDTR_LIMIT)};
    c->idtr = (struct dtr){get(c, VMCS_GUEST_IDTR_BASE), (uint16_t)get(c, VMCS_GUEST_IDTR_LIMIT)};
}

static void load_sysenter(struct cpu *c, enum vmcs_field cs, enum vmcs_field esp, enum vmcs_field eip)
{
    c->msr.sysenter_cs = get(c, cs);
    c->msr.sysenter_esp = get(c, esp);
    c->msr.sysenter_eip = get(c, eip);
}

static void load_registers(struct cpu *c)
{
    load_control_registers(c, get(c, VMCS_GUEST_CR0), get(c, VMCS_GUEST_CR3), get(c, VMCS_GUEST_CR4));
    if (get(c, VMCS_ENTRY_CONTROLS) & ENTRY_LOAD_DEBUG)
        c->dr[7] = debugreg_value(7, get(c, VMCS_GUEST_DR7));
    load_sysenter(c, VMCS_GUEST_SYSENTER_CS, VMCS_GUEST_SYSENTER_ESP, VMCS_GUEST_SYSENTER_EIP);
    c->r[ESP] = get(c, VMCS_GUEST_ESP);
    c->eip = get(c, VMCS_GUEST_EIP);
    c->eflags &= ~(uint32_t)FL_RF;
    cpu_set_eflags(c, get(c, VMCS_GUEST_EFLAGS));
}

static void load_other(struct cpu *c)
{
    uint32_t blocked = get(c, VMCS_GUEST_INTERRUPTIBILITY), pending = get(c, VMCS_GUEST_PENDING_DEBUG);

    c->shadow = vmx_shadow(blocked);
    c->nmi_blocked = blocked & BLOCKED_NMI;
    c->activity = get(c, VMCS_GUEST_ACTIVITY) ? HALTED : ACTIVE;
    c->debug_hit = pending & (PENDING_BREAK | DR6_BS) ? pending & (DR6_B | DR6_BS) : 0;
}

/* The timer counts down each time bit VMX_TIMER_SHIFT of the counter changes: 0 on the way to a multiple of 2^that. */
static uint64_t timer_end(const struct cpu *c, uint32_t value)
{
    uint64_t tsc = c->t[0] + (uint64_t)c->msr.tsc_offset;

    if (!value)
        return c->t[0];
    return c->t[0] + (((tsc >> VMX_TIMER_SHIFT) + value) << VMX_TIMER_SHIFT) - tsc;
}

static void load_controls(struct cpu *c)
{
    struct vmx *x = &c->vmx;

    x->non_root = true;
    x->pin = get(c, VMCS_PIN_CONTROLS);
    x->proc = get(c, VMCS_PROC_CONTROLS);
    x->proc2 = x->proc & PROC_SECONDARY ? get(c, VMCS_PROC2_CONTROLS) : 0;
    x->exceptions = get(c, VMCS_EXCEPTION_BITMAP);
    x->vpid = x->proc2 & PROC2_VPID ? (uint16_t)get(c, VMCS_VPID) : 0;
    x->eptp = x->proc2 & PROC2_EPT ? vmcs_read(c->m, x->vmcs, VMCS_EPT_POINTER) : 0;
    x->timer = x->pin & PIN_TIMER ? timer_end(c, get(c, VMCS_GUEST_TIMER)) : CLOCK_NEVER;
}

void vmx_load_guest(struct cpu *c)
{
    load_controls(c);
    load_registers(c);
    load_segments(c);
    load_other(c);
    settle(c);
}

/* ---- 27.5: loading host state ---- */

/* RPL and TI are 0: VM entry has checked it, and the processor has remembered. */
static uint16_t host_selector(struct cpu *c, unsigned s)
{
    return get(c, of(VMCS_HOST_ES, s)) & 0xfff8;
}

static void load_host_segments(struct cpu *c)
{
    enum { FLAT = ATTR_G | ATTR_D | ATTR_P | ATTR_S | ATTR_RW | ATTR_ACCESSED };

    for (unsigned s = 0; s < SEGS; s++) {
        uint16_t sel = host_selector(c, s);

        c->seg[s] =
            (struct seg){.sel = sel, .attr = sel ? FLAT | (s == CS ? ATTR_CODE : 0) : 0, .limit = sel ? UINT32_MAX : 0};
    }
    c->seg[FS].base = get(c, VMCS_HOST_FS_BASE);
    c->seg[GS].base = get(c, VMCS_HOST_GS_BASE);
    c->seg[TR] = (struct seg){.sel = (uint16_t)get(c, VMCS_HOST_TR),
                              .attr = ATTR_P | SYS_TSS32_BUSY,
                              .base = get(c, VMCS_HOST_TR_BASE),
                              .limit = 0x67};
    c->seg[LDTR] = (struct seg){0};
    c->gdtr = (struct dtr){get(c, VMCS_HOST_GDTR_BASE), 0xffff};
    c->idtr = (struct dtr){get(c, VMCS_HOST_IDTR_BASE), 0xffff};
    c->cpl = 0;
}

/* What stays of VMX operation is where its regions are. */
static void to_root(struct cpu *c)
{
    const struct vmx was = c->vmx;

    c->vmx = (struct vmx){.on = true, .vmxon = was.vmxon, .vmcs = was.vmcs, .timer = CLOCK_NEVER};
}

void vmx_load_host(struct cpu *c)
{
    to_root(c);
    load_control_registers(c, get(c, VMCS_HOST_CR0), get(c, VMCS_HOST_CR3), get(c, VMCS_HOST_CR4));
    c->dr[7] = DR7_FIXED;
    load_sysenter(c, VMCS_HOST_SYSENTER_CS, VMCS_HOST_SYSENTER_ESP, VMCS_HOST_SYSENTER_EIP);
    load_host_segments(c);
    c->r[ESP] = get(c, VMCS_HOST_ESP);
    c->eip = get(c, VMCS_HOST_EIP);
    cpu_set_eflags(c, FL_1);
    c->shadow = c->shadow_before = 0;
    c->activity = ACTIVE;
    c->debug_hit = 0;
    c->pending = c->delivering = false;
    settle(c);
}
