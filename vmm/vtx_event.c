/* SPDX-License-Identifier: MIT */
/* Interrupts and exceptions on their way to a guest in non-root operation (SDM Vol. 3, "Event Injection"). */
#include "interp/pc.h"
#include "vmm/vm_struct.h"

/* Instructions that raise events by themselves are simply executed again: so they are counted as well. */
static bool is_software(const struct vmx_event *e)
{
    unsigned type = e->info >> INTR_TYPE_SHIFT & 7;

    return type == INTR_SOFTWARE || type == INTR_PRIVILEGED || type == INTR_TRAP;
}

/*
 * The instruction was begun, and an exit in its delivery tells nothing of the shadow in which it stood (SDM Vol. 3, 27.3.4): it
 * stands in that of MOV SS again, so that no interrupt comes before it. Not so with TF, for which entry wants a pending #DB.
 */
static void hold_off(struct monitor *n)
{
    const struct machine *g = n->guest;
    bool due = !g->clock_insns || g->cpu.intr || g->cpu.nmi || machine_now(g) + 1 >= g->clock.next;

    if (due && !(vtx_read(n, VMCS_GUEST_EFLAGS) & FL_TF))
        vtx_write(n, VMCS_GUEST_INTERRUPTIBILITY, vtx_read(n, VMCS_GUEST_INTERRUPTIBILITY) | BLOCKED_SS);
}

void vtx_deliver_again(struct monitor *n)
{
    const struct vmx_event *e = &n->vtx.broken;

    if (e->info & INTR_VALID && is_software(e))
        hold_off(n);
    else if (e->info & INTR_VALID)
        n->vtx.inject = *e;
    n->vtx.broken.info = 0;
}

/*
 * Something in the way of this delivery is not the hardware's to decide. An instruction that raised the event is executed
 * again and raises it again; what came from outside has been acknowledged, and must be remembered.
 */
void vtx_deliver_here(struct monitor *n)
{
    struct machine *g = n->guest;
    const struct vmx_event *e = &n->vtx.broken;

    if (!(e->info & INTR_VALID))
        return;
    switch (e->info >> INTR_TYPE_SHIFT & 7) {
    case INTR_EXTERNAL: machine_interrupt(g, e->info & INTR_VECTOR); break;
    case INTR_NMI:
        g->cpu.nmi = true;
        g->cpu.nmi_blocked = false;
        break;
    case INTR_FAULT:
        g->cpu.pending = true;
        g->cpu.fault_vector = e->info & INTR_VECTOR;
        g->cpu.fault_error = e->info & INTR_ERROR ? e->error : 0;
        break;
    default: n->begun = true; /* is_software() */
    }
    n->vtx.broken.info = 0;
}

static void inject(struct vm *vm, unsigned vector, enum intr_type type)
{
    struct machine *g = vm->guest;

    vm->mon.vtx.inject = (struct vmx_event){.info = INTR_VALID | (uint32_t)type << INTR_TYPE_SHIFT | vector};
    g->taken[vector]++;
    g->last_vector = (uint8_t)vector;
    VM_OBSERVE(vm, inject, vector, 0, g->cpu.eip);
}

bool vtx_inject(struct vm *vm)
{
    struct machine *g = vm->guest;
    struct cpu *v = &g->cpu;

    if (v->pending || v->activity != ACTIVE || !machine_interruptible(g))
        return false;
    if (v->nmi && !v->nmi_blocked) { /* first of them (SDM Vol. 3, table 6-2) */
        v->nmi = false;
        inject(vm, VEC_NMI, INTR_NMI);
    } else {
        inject(vm, pc_ack(&g->pc), INTR_EXTERNAL);
    }
    return true;
}
