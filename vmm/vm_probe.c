/* SPDX-License-Identifier: MIT */
/* Breakpoints and watchpoints of a VM: probes that both its machines look at (interp/probe.h). */
#include "vmm/vm_struct.h"

static void changed(struct vm *v)
{
    machine_probe(v->guest, &v->probes);
    if (v->hw != v->guest)
        machine_probe(v->hw, &v->probes);
}

static int add(struct vm *v, gva_t at, uint32_t size, unsigned kinds)
{
    if (probe_add(&v->probes, at.v, size, kinds))
        return -1;
    changed(v);
    return 0;
}

int vm_break(struct vm *v, gva_t at)
{
    vm_unbreak(v, at);
    return add(v, at, 1, PROBE_EXEC);
}

void vm_unbreak(struct vm *v, gva_t at)
{
    probe_remove(&v->probes, at.v, 1, PROBE_EXEC);
    changed(v);
}

int vm_watch(struct vm *v, gva_t at, uint32_t size, bool reads, bool writes)
{
    return add(v, at, size, (reads ? PROBE_READ : 0) | (writes ? PROBE_WRITE : 0));
}

void vm_unwatch(struct vm *v, gva_t at, uint32_t size)
{
    for (unsigned kinds = 0; kinds <= (PROBE_READ | PROBE_WRITE); kinds += PROBE_READ)
        probe_remove(&v->probes, at.v, size, kinds);
    changed(v);
}

const struct vm_stop *vm_stopped(const struct vm *v)
{
    return &v->stop;
}

/* The guest stands before the instruction that the last stop was about: it is not to stop there again. */
void vm_probe_begin(struct vm *v)
{
    const struct cpu *c = &v->guest->cpu;

    if (v->stop.why == VM_STOPPED_BREAK && v->stop.at.v == c->seg[CS].base + c->eip)
        probe_pass(&v->probes, c);
    v->stop.why = VM_STOPPED_NOT;
}

/* What was met is told when the run is not over and its limit not reached; else the next call tells it. */
void vm_probe_end(struct vm *v, enum outcome o, bool step)
{
    struct probe_hit *h = &v->probes.hit;

    if (o != OUTCOME_NONE)
        return;
    v->stop = (struct vm_stop){.why = step ? VM_STOPPED_NOT : VM_STOPPED_ASKED};
    if (!h->kinds)
        return;
    v->stop = (struct vm_stop){.why = h->kinds == PROBE_EXEC ? VM_STOPPED_BREAK : VM_STOPPED_WATCH,
                               .point = gva(h->probe),
                               .at = gva(h->at),
                               .size = h->size,
                               .write = h->kinds == PROBE_WRITE};
    h->kinds = 0;
}
