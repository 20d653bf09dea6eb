/* SPDX-License-Identifier: MIT */
#include "interp/vmx_event.h"

#include "interp/fault.h"
#include "interp/machine.h"
#include "interp/vmx_transition.h"

static uint32_t field(struct cpu *c, enum vmcs_field f)
{
    return (uint32_t)vmcs_read(c->m, c->vmx.vmcs, f);
}

bool vmx_intercepts_guest(struct cpu *c, unsigned vector, uint32_t error)
{
    bool exits = vector < 32 && c->vmx.exceptions >> vector & 1;

    if (vector == VEC_PF && (error & field(c, VMCS_PFEC_MASK)) != field(c, VMCS_PFEC_MATCH))
        exits = !exits;
    return exits;
}

static void leave(struct cpu *c, unsigned reason)
{
    vmx_leave(c, &(struct vmx_exit){.reason = reason});
}

void vmx_exception_exits(struct cpu *c)
{
    unsigned v = c->fault_vector;
    bool detailed = v == VEC_PF || v == VEC_DB;
    struct vmx_exit e = {.reason = VMX_EXCEPTION,
                         .qualification = detailed ? c->fault_detail : 0,
                         .event = {.info = INTR_VALID | INTR_FAULT << INTR_TYPE_SHIFT | v}};

    if (vector_has_error(v)) {
        e.event.info |= INTR_ERROR;
        e.event.error = c->fault_error;
    }
    vmx_leave(c, &e);
}

void vmx_triple_fault(struct cpu *c)
{
    leave(c, VMX_TRIPLE_FAULT);
}

static void nmi(struct cpu *c)
{
    c->nmi = false;
    vmx_leave(c, &(struct vmx_exit){.reason = VMX_EXCEPTION,
                                    .event.info = INTR_VALID | INTR_NMI << INTR_TYPE_SHIFT | VEC_NMI});
}

/* With "acknowledge interrupt on exit" the controller has handed over its vector; else it still asks (24.7.1). */
static void interrupt(struct cpu *c)
{
    struct vmx_exit e = {.reason = VMX_INTERRUPT};

    if (field(c, VMCS_EXIT_CONTROLS) & EXIT_ACK)
        e.event.info = INTR_VALID | INTR_EXTERNAL << INTR_TYPE_SHIFT | machine_acknowledge(c->m);
    vmx_leave(c, &e);
}

/* In falling order of priority (25.2, 25.5.1, 25.5.2; 6.9). What is left to the guest is delivered by the run loop. */
static enum vmx_reason stands(const struct cpu *c)
{
    const struct vmx *x = &c->vmx;
    bool nmi_exits = c->nmi && (x->pin & PIN_NMI) && (x->pin & PIN_VIRTUAL_NMI || !c->nmi_blocked);

    if (x->mtf)
        return VMX_MTF;
    if (c->t[0] >= x->timer)
        return VMX_TIMER;
    if (c->shadow)
        return VMX_REASONS;
    if (x->proc & PROC_NMI_WINDOW && !c->nmi_blocked)
        return VMX_NMI_WINDOW;
    if (nmi_exits)
        return VMX_EXCEPTION;
    if (c->nmi && !c->nmi_blocked)
        return VMX_REASONS;
    if (x->proc & PROC_INTR_WINDOW && c->eflags & FL_IF)
        return VMX_INTR_WINDOW;
    return x->pin & PIN_INTERRUPT && (c->intr || c->m->deadline_due) ? VMX_INTERRUPT : VMX_REASONS;
}

bool vmx_wakes(const struct cpu *c)
{
    return stands(c) != VMX_REASONS;
}

bool vmx_looks(const struct cpu *c)
{
    return c->vmx.proc & PROC_MTF || vmx_wakes(c);
}

bool vmx_boundary(struct cpu *c)
{
    enum vmx_reason r = stands(c);

    switch (r) {
    case VMX_REASONS: return false;
    case VMX_EXCEPTION: nmi(c); return true;
    case VMX_INTERRUPT: interrupt(c); return true;
    default: leave(c, r); return true;
    }
}
