/* SPDX-License-Identifier: MIT */
/* VM exits (SDM Vol. 3, chapter 27): what is told of them, and the way to the host. */
#include "interp/access.h"
#include "interp/fault.h"
#include "interp/machine.h"
#include "interp/phys.h"
#include "interp/trap.h"
#include "interp/vmx_transition.h"

static uint32_t get(struct cpu *c, enum vmcs_field f)
{
    return (uint32_t)vmcs_read(c->m, c->vmx.vmcs, f);
}

static void put(struct cpu *c, enum vmcs_field f, uint32_t v)
{
    vmcs_write(c->m, c->vmx.vmcs, f, v);
}

/* An IRET ended the blocking of NMIs, but was not completed: for a host that lets it run again (27.2.1, 27.2.2). */
static uint32_t unblocked(const struct cpu *c, const struct vmx_exit *e)
{
    const uint32_t fault = INTR_VALID | INTR_FAULT << INTR_TYPE_SHIFT;
    uint32_t event = e->event.info & ~INTR_ERROR;
    bool exception = (event & ~INTR_VECTOR) == fault && event != (fault | VEC_DF);

    if (c->delivering || !c->nmi_before || c->nmi_blocked)
        return 0;
    return exception || e->reason == VMX_EPT_VIOLATION ? INTR_UNBLOCKED : 0;
}

/* 27.2. The event that was being delivered, if any, is for the host to inject again (27.2.4). */
static void tell(struct cpu *c, const struct vmx_exit *e)
{
    const struct vmx_event none = {0}, *broken_off = c->delivering ? &c->event : &none;
    uint32_t bit = unblocked(c, e);

    put(c, VMCS_EXIT_REASON, e->reason);
    put(c, VMCS_EXIT_QUALIFICATION, e->qualification | (e->reason == VMX_EPT_VIOLATION ? bit : 0));
    put(c, VMCS_EXIT_LINEAR, e->linear);
    vmcs_write(c->m, c->vmx.vmcs, VMCS_EXIT_PHYSICAL, e->physical);
    put(c, VMCS_EXIT_INTR, e->event.info | (e->reason == VMX_EXCEPTION ? bit : 0));
    put(c, VMCS_EXIT_INTR_ERROR, e->event.error);
    put(c, VMCS_VECTORING, broken_off->info);
    put(c, VMCS_VECTORING_ERROR, broken_off->error);
    put(c, VMCS_EXIT_LENGTH, e->length ? e->length : broken_off->length);
    put(c, VMCS_EXIT_INSTRUCTION, e->instruction);
    put(c, VMCS_ENTRY_INTR, get(c, VMCS_ENTRY_INTR) & ~INTR_VALID);
}

static enum trap_kind kind_of(const struct vmx_event *e)
{
    switch (e->info >> INTR_TYPE_SHIFT & 7) {
    case INTR_FAULT: return e->injected ? TRAP_INJECTED : TRAP_FAULT;
    case INTR_SOFTWARE:
    case INTR_TRAP: return TRAP_SOFTWARE;
    default: return TRAP_EXTERNAL;
    }
}

static uint32_t flags_pushed_for(struct cpu *c, const struct vmx_event *e)
{
    return trap_pushed_flags(c, e->info & INTR_VECTOR, kind_of(e));
}

/* What is saved of RF depends on why (27.3.3): for an event, what it would push; for instructions that exit, 0. */
static uint32_t saved_flags(struct cpu *c, const struct vmx_exit *e)
{
    uint32_t flags = cpu_eflags(c);

    switch (e->reason) {
    case VMX_EXCEPTION: return flags_pushed_for(c, &e->event);
    case VMX_TASK_SWITCH: return c->delivering ? flags_pushed_for(c, &c->event) : flags;
    case VMX_EPT_VIOLATION:
    case VMX_EPT_MISCONFIG: return c->delivering ? flags_pushed_for(c, &c->event) : flags | FL_RF;
    case VMX_INTERRUPT:
    case VMX_TRIPLE_FAULT:
    case VMX_INTR_WINDOW:
    case VMX_NMI_WINDOW:
    case VMX_MTF:
    case VMX_TIMER: return flags;
    default: return flags & ~(uint32_t)FL_RF;
    }
}

void vmx_abort(struct cpu *c, enum vmx_abort why)
{
    phys_store(c->m, c->vmx.vmcs + VMCS_ABORT_AT, 4, why);
    c->activity = SHUTDOWN;
    OBSERVE(c->m, shutdown, VEC_DF, c->eip);
}

void vmx_leave(struct cpu *c, const struct vmx_exit *e)
{
    bool by_nmi = e->reason == VMX_EXCEPTION && (e->event.info >> INTR_TYPE_SHIFT & 7) == INTR_NMI;
    bool virtual_nmis = c->vmx.pin & PIN_VIRTUAL_NMI;

    charge(c, ACCOUNT_TRAP, c->m->cost.vm_exit);
    OBSERVE(c->m, vm_exit, e->reason, e->qualification, e->length, c->eip, e->event.info,
            c->delivering ? c->event.info : 0);
    tell(c, e);
    vmx_save_guest(c);
    put(c, VMCS_GUEST_EFLAGS, saved_flags(c, e));
    if (!vmx_msrs_store(c, vmcs_read(c->m, c->vmx.vmcs, VMCS_EXIT_MSR_STORE), get(c, VMCS_EXIT_MSR_STORE_COUNT))) {
        vmx_abort(c, ABORT_SAVING_MSRS);
        return;
    }
    if (virtual_nmis) /* the guest's blocking was virtual: NMIs are not blocked then (25.3) */
        c->nmi_blocked = false;
    c->nmi_blocked |= by_nmi;
    vmx_enter_host(c);
}

void vmx_enter_host(struct cpu *c)
{
    vmx_load_host(c);
    if (vmx_msrs_load(c, vmcs_read(c->m, c->vmx.vmcs, VMCS_EXIT_MSR_LOAD), get(c, VMCS_EXIT_MSR_LOAD_COUNT)))
        vmx_abort(c, ABORT_LOADING_MSRS);
}
