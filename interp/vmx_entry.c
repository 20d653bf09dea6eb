/* SPDX-License-Identifier: MIT */
#include "interp/vmx_entry.h"

#include "interp/access.h"
#include "interp/machine.h"
#include "interp/phys.h"
#include "interp/trap.h"
#include "interp/vmx_transition.h"

static uint32_t get(struct cpu *c, enum vmcs_field f)
{
    return (uint32_t)vmcs_read(c->m, c->vmx.vmcs, f);
}

static bool launched(struct cpu *c)
{
    return phys_load(c->m, c->vmx.vmcs + VMCS_LAUNCHED_AT, 4);
}

/* In the order of VMLAUNCH's description (30.3). */
unsigned vmx_entry_refused(struct cpu *c, bool launch)
{
    if (c->shadow_before == SHADOW_SS)
        return VMX_E_ENTRY_MOV_SS;
    if (launch && launched(c))
        return VMX_E_VMLAUNCH_NOT_CLEAR;
    if (!launch && !launched(c))
        return VMX_E_VMRESUME_NOT_LAUNCHED;
    if (vmx_check(c, CHECK_CONTROL))
        return VMX_E_ENTRY_CONTROLS;
    return vmx_check(c, CHECK_HOST) ? VMX_E_ENTRY_HOST : 0;
}

/* Too late to refuse: as an exit to the host, of which less is told (26.8). */
static void fail(struct cpu *c, unsigned reason, uint32_t qualification)
{
    vmcs_write(c->m, c->vmx.vmcs, VMCS_EXIT_REASON, reason | VMX_ENTRY_FAILED);
    vmcs_write(c->m, c->vmx.vmcs, VMCS_EXIT_QUALIFICATION, qualification);
    OBSERVE(c->m, vm_exit, reason | VMX_ENTRY_FAILED, qualification, 0, c->eip, 0, 0);
    vmx_enter_host(c);
}

/* ---- 26.6: what happens before the guest's first instruction ---- */

/* Which events leave debug exceptions pending behind them (26.6.3). */
static bool keeps_pending_debug(const struct cpu *c, unsigned type)
{
    return (type == INTR_SOFTWARE || type == INTR_TRAP) && c->shadow == SHADOW_SS;
}

static enum trap_kind kind_of(unsigned type)
{
    switch (type) {
    case INTR_FAULT: return TRAP_INJECTED;
    case INTR_SOFTWARE:
    case INTR_TRAP: return TRAP_SOFTWARE;
    default: return TRAP_EXTERNAL;
    }
}

static bool is_software(unsigned type)
{
    return type == INTR_SOFTWARE || type == INTR_PRIVILEGED || type == INTR_TRAP;
}

static void deliver(struct cpu *c, unsigned vector, unsigned type)
{
    c->activity = ACTIVE;
    c->nmi_blocked |= type == INTR_NMI;
    c->delivering = true;
    c->external = type != INTR_SOFTWARE && type != INTR_TRAP;
    c->fault_first = type == INTR_FAULT ? (int)vector : -1;
    trap_deliver(c, vector, kind_of(type), c->event.error, c->eip + c->event.length);
    c->delivering = false;
}

static void inject(struct cpu *c, uint32_t info)
{
    unsigned type = info >> INTR_TYPE_SHIFT & 7;

    if (!keeps_pending_debug(c, type))
        c->debug_hit = 0;
    c->debug_before = c->debug_hit;
    c->event = (struct vmx_event){.info = info,
                                  .error = info & INTR_ERROR ? get(c, VMCS_ENTRY_INTR_ERROR) : 0,
                                  .injected = true,
                                  .length = is_software(type) ? get(c, VMCS_ENTRY_LENGTH) : 0};
    deliver(c, info & INTR_VECTOR, type);
    c->vmx.mtf = c->vmx.proc & PROC_MTF;
}

static void begin_guest(struct cpu *c)
{
    uint32_t info = get(c, VMCS_ENTRY_INTR);

    if (!(info & INTR_VALID))
        return;
    if ((info >> INTR_TYPE_SHIFT & 7) == INTR_OTHER)
        c->vmx.mtf = true;
    else
        inject(c, info);
}

void vmx_enter(struct cpu *c)
{
    const bool nmi_blocked = c->nmi_blocked;
    const struct vmx_check *wrong;
    uint32_t bad;

    charge(c, ACCOUNT_TRAP, c->m->cost.vm_entry);
    wrong = vmx_check(c, CHECK_GUEST);
    if (wrong) {
        fail(c, VMX_GUEST_STATE, vmx_check_qualification(wrong));
        return;
    }
    OBSERVE(c->m, vm_entry, c->vmx.vmcs, get(c, VMCS_GUEST_EIP), get(c, VMCS_ENTRY_INTR));
    vmx_load_guest(c);
    bad = vmx_msrs_load(c, vmcs_read(c->m, c->vmx.vmcs, VMCS_ENTRY_MSR_LOAD), get(c, VMCS_ENTRY_MSR_LOAD_COUNT));
    if (bad) {
        c->nmi_blocked = nmi_blocked; /* as it was before the entry */
        fail(c, VMX_MSR_LOAD, bad);
        return;
    }
    phys_store(c->m, c->vmx.vmcs + VMCS_LAUNCHED_AT, 4, 1);
    c->shadow_before = c->shadow;
    begin_guest(c);
}
