/* SPDX-License-Identifier: MIT */
#include "interp/addr.h"
#include "interp/clock.h"
#include "interp/cpu.h"
#include "interp/state.h"
#include "interp/vmx_check.h"

/* Bits that a MOV to these registers could have set on this processor. The rest is refused: others may rely on it. */
#define CR0_KNOWN CR0_DEFINED
#define CR4_KNOWN (CR4_DEFINED | CR4_VIRTUALIZABLE)

enum { EXCEPTIONS = 32, GENERAL = 8, DR4 = 4, DR5 = 5, DRS = 8 };

static void segments(struct state *s, struct cpu *c)
{
    for (unsigned i = 0; i < SEGS_ALL; i++) {
        state_u16(s, &c->seg[i].sel);
        state_u16(s, &c->seg[i].attr);
        state_u32(s, &c->seg[i].base);
        state_u32(s, &c->seg[i].limit);
    }
}

static void table(struct state *s, struct dtr *t)
{
    state_u32(s, &t->base);
    state_u16(s, &t->limit);
}

static void model_specific(struct state *s, struct msrs *m)
{
    uint64_t offset = (uint64_t)m->tsc_offset;

    state_u32(s, &m->sysenter_cs);
    state_u32(s, &m->sysenter_esp);
    state_u32(s, &m->sysenter_eip);
    state_u64(s, &offset);
    m->tsc_offset = (int64_t)offset;
}

static void control(struct state *s, struct cpu *c)
{
    state_u32(s, &c->cr0);
    state_u32(s, &c->cr2);
    state_u32(s, &c->cr3);
    state_u32(s, &c->cr4);
    for (unsigned i = 0; i < DRS; i++)
        if (i != DR4 && i != DR5) /* other names of DR6 and DR7 */
            state_u32(s, &c->dr[i]);
    state_u32(s, &c->debug_hit);
    state_check(s, !(c->cr0 & ~CR0_KNOWN) && c->cr0 & CR0_PE, "CR0 has a value that cannot be");
    state_check(s, !(c->debug_hit & ~(DR6_B | DR6_BS)), "no such debug trap");
    state_check(s, !(c->cr4 & ~CR4_KNOWN), "CR4 has a value that cannot be");
}

/* An exception that was raised and not delivered yet: #DB after a single step. */
static void pending(struct state *s, struct cpu *c)
{
    uint8_t vector = c->pending ? c->fault_vector : 0;
    uint32_t error = c->pending ? c->fault_error : 0;

    state_bool(s, &c->pending);
    state_u8(s, &vector);
    state_u32(s, &error);
    state_check(s, vector < EXCEPTIONS, "no such exception");
    if (!state_loading(s))
        return;
    c->fault_vector = vector;
    c->fault_error = error;
}

static void modes(struct state *s, struct cpu *c)
{
    state_u8(s, &c->cpl);
    state_u8(s, &c->shadow);
    state_bool(s, &c->nmi);
    state_bool(s, &c->nmi_blocked);
    state_u8(s, &c->activity);
    state_check(s, c->cpl <= 3, "no such privilege level");
    state_check(s, c->shadow <= SHADOW_SS, "no such interrupt shadow");
    state_check(s, c->activity <= SHUTDOWN, "no such activity");
}

static bool is_region(uint64_t pa)
{
    return !(pa & PAGE_OFFSET) && pa <= UINT32_MAX;
}

/* Nothing that only VM entries make true may be taken on trust: a page's number, an EPT pointer, CR0's fixed bits. */
static void check_vmx(struct state *s, const struct cpu *c)
{
    const struct vmx *x = &c->vmx;
    bool fixed = (c->cr0 & VMX_CR0_MUST) == VMX_CR0_MUST && c->cr4 & CR4_VMXE;

    state_check(s, !x->on || fixed, "in VMX operation CR0 or CR4 has a value that cannot be");
    state_check(s, x->on || (!x->non_root && !x->vmxon), "a guest's VMX state, and no VMX operation");
    state_check(s, is_region(x->vmxon), "no such VMXON region");
    state_check(s, x->vmcs == VMCS_NONE ? !x->non_root : x->on && is_region(x->vmcs), "no such VMCS");
    state_check(s, x->non_root || !(x->mtf || x->pin || x->proc || x->proc2 || x->exceptions || x->vpid || x->eptp),
                "VMX controls in root operation");
    state_check(s, !x->eptp || vmx_eptp_valid(x->eptp), "no such EPT pointer");
    state_check(s, x->timer == CLOCK_NEVER || x->non_root, "a preemption timer in root operation");
}

static void vmx_state(struct state *s, struct cpu *c)
{
    struct vmx *x = &c->vmx;

    state_section(s, "VMX ", 1);
    state_bool(s, &x->on);
    state_bool(s, &x->non_root);
    state_bool(s, &x->mtf);
    state_u64(s, &x->vmxon);
    state_u64(s, &x->vmcs);
    state_u32(s, &x->pin);
    state_u32(s, &x->proc);
    state_u32(s, &x->proc2);
    state_u32(s, &x->exceptions);
    state_u16(s, &x->vpid);
    state_u64(s, &x->eptp);
    state_u64(s, &x->timer);
    check_vmx(s, c);
}

void cpu_state(struct state *s, struct cpu *c)
{
    uint32_t eflags = cpu_eflags(c);

    state_section(s, "CPU ", 2);
    for (unsigned i = 0; i < GENERAL; i++)
        state_u32(s, &c->r[i]);
    state_u32(s, &c->eip);
    state_u32(s, &eflags);
    state_check(s, !(eflags & FL_VM), "virtual-8086 mode is not built");
    control(s, c);
    model_specific(s, &c->msr);
    table(s, &c->gdtr);
    table(s, &c->idtr);
    segments(s, c);
    modes(s, c);
    pending(s, c);
    vmx_state(s, c);
    if (state_loading(s))
        cpu_set_eflags(c, eflags);
}
