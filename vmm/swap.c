/* SPDX-License-Identifier: MIT */
/*
 * Changing the technique under a guest that runs.
 *
 *      technique A ──detach──> vm_guest(): canonical state ──attach──> technique B
 *
 * The guest's machine stays one and the same object: its registers, clock, devices and RAM *are* the canonical state. What
 * a technique adds (the machine below, tables, traces, rings) it builds in attach() and takes away in detach(). Between
 * two runs the guest stands between two instructions, in no event's delivery, so there is nothing else to carry over.
 * A monitor that comes below a native guest leaves the pages where they are; native needs them at home.
 */
#include <stdio.h>

#include "interp/access.h"
#include "shadowpt/p2m.h"
#include "vmm/vm_struct.h"
#include "vmm/words.h"

/* The machine on which a monitor stands: all the frames, and no disk. */
static int make_under(struct vm *v)
{
    const struct machine *g = v->guest;
    const struct machine_config k = {.ram = v->ram,
                                     .mem = g->mem,
                                     .tlb_sets = g->cpu.tlb.sets,
                                     .tlb_ways = g->cpu.tlb.ways,
                                     .cost = v->cost,
                                     .clock_insns = g->clock_insns,
                                     .pages = v->mon.frames.count};

    v->under = machine_create(&k);
    if (!v->under)
        return -1;
    for (uint32_t i = 0; i < v->under->pages; i++)
        v->under->map[i] = i;
    v->under->owner = v;
    return 0;
}

/* Virtual devices answer in the monitor's software: their access costs are its own. */
static void furnish_guest(struct vm *v)
{
    struct machine *g = v->guest;

    g->interpreted = !v->technique->on_hardware;
    g->cost = v->cost->cost;
    if (g->interpreted)
        g->cost.port = g->cost.mmio = g->cost.vdev;
    cpu_refresh(&g->cpu);
}

/* The machine below stands as power-on leaves it; only its time is that of the world. */
static void furnish_under(struct vm *v)
{
    struct machine *m = v->under;
    unsigned cycles = m->clock_insns;

    m->cpu.t[cycles] = cpu_cycles(&v->guest->cpu);
    m->by[ACCOUNT_IDLE] = v->guest->by[ACCOUNT_IDLE];
    m->monitored = v->technique->needs_monitor;
    machine_probe(m, &v->probes);
}

int mon_bring_home(struct vm *vm)
{
    int64_t moved = p2m_home(vm->guest);

    if (moved <= 0)
        return (int)moved;
    tlb_flush(&vm->guest->cpu, true);
    vm->brought = (uint64_t)moved;
    charge(&vm->guest->cpu, ACCOUNT_MONITOR, (uint64_t)moved * vm->guest->cost.page_copy);
    return 0;
}

/* What `t` needs and is not there yet. */
static int prepare(struct vm *v, const struct technique *t, char *error, size_t room)
{
    if (t->on_hardware || v->under || make_under(v) == 0)
        return 0;
    (void)snprintf(error, room, "%s", _("out of memory"));
    return -1;
}

/* What a monitor takes for itself when it comes passes for the guest too. (At power-on the guest's clock begins behind it.) */
static void catch_up(struct vm *v)
{
    unsigned cycles = v->guest->clock_insns;

    if (v->technique->needs_monitor)
        v->guest->cpu.t[cycles] = cpu_cycles(&v->hw->cpu);
}

int vm_enter(struct vm *v, const struct technique *t, char *error, size_t room)
{
    if (prepare(v, t, error, room))
        return -1;
    v->technique = t;
    v->brought = 0;
    v->hw = t->on_hardware ? v->guest : v->under;
    furnish_guest(v);
    if (v->hw == v->under)
        furnish_under(v);
    vm_counters(v, &v->base);
    if (t->attach && t->attach(v)) {
        (void)snprintf(error, room, "%s", _("out of memory"));
        return -1;
    }
    catch_up(v);
    vm_listen(v);
    return 0;
}

static void leave(struct vm *v)
{
    struct vm_stats all;

    vm_get_stats(v, &all);
    v->past = all;
    if (v->technique->detach)
        v->technique->detach(v);
    v->guest->observed = v->hw->observed = 0; /* what is taken down and built up is no event of a run */
    tlb_flush(&v->guest->cpu, true);          /* the guest may have had another TLB flushed instead */
    if (v->hw == v->under)
        machine_reset(v->under);
}

int vm_swap(struct vm *v, const struct technique *to, char *error, size_t room)
{
    const struct technique *from = v->technique;

    if (to == from)
        return 0;
    if (prepare(v, to, error, room))
        return -1;
    leave(v);
    if (vm_enter(v, to, error, room)) {
        char again[1];

        (void)vm_enter(v, from, again, sizeof again); /* has what it needs: it had it before */
        return -1;
    }
    v->past.swaps++;
    VM_OBSERVE(v, swap, technique_number(from), technique_number(to), v->guest->cpu.eip, v->brought);
    return 0;
}
