/* SPDX-License-Identifier: MIT */
/* What a run cost and counted, by technique: accounts of the machines become the guest's view of them. And what of the
 * monitor may be looked at. */
#include <string.h>

#include "vmm/vm_struct.h"
#include "vmm/world.h"

static uint64_t booked(const struct machine *m)
{
    uint64_t sum = 0;

    for (unsigned a = 0; a < ACCOUNTS; a++)
        sum += m->by[a];
    return sum;
}

static void count_tlb(const struct machine *m, struct vm_stats *s)
{
    s->tlb_hits = tlb_hits(&m->cpu);
    s->tlb_misses = m->cpu.tlb.misses;
    s->tlb_flushes = m->cpu.tlb.flushes;
}

/* The guest is alone: deliveries are its own cost. */
static void native(const struct machine *m, struct vm_stats *s)
{
    s->direct = cpu_insns(&m->cpu);
    s->cycles = cpu_cycles(&m->cpu);
    s->by.guest = s->cycles - booked(m) + m->by[ACCOUNT_TRAP];
    s->by.monitor = m->by[ACCOUNT_MONITOR]; /* of one that was left: it brought the guest's pages home */
    memcpy(s->traps, m->taken, sizeof s->traps);
}

/* All is the monitor's, but for devices and waiting. */
static void emulated(const struct machine *g, struct vm_stats *s)
{
    s->interpreted = cpu_insns(&g->cpu);
    s->cycles = cpu_cycles(&g->cpu);
    s->by.monitor = s->cycles - booked(g) + g->by[ACCOUNT_TRAP] + g->by[ACCOUNT_MONITOR];
    memcpy(s->injected, g->taken, sizeof s->injected);
}

/* At ring 1 all that the hardware delivers leads to the monitor; in non-root operation it is the guest's own. */
static uint64_t switches(const struct vm *v)
{
    const struct machine *hw = v->hw;
    uint64_t exits = 0;

    if (v->technique->world != &world_vtx)
        return hw->by[ACCOUNT_TRAP];
    for (unsigned r = 0; r < VMX_REASONS; r++)
        if (r != VMX_GUEST_STATE && r != VMX_MSR_LOAD) /* there the way in was not gone to its end */
            exits += v->mon.vtx.exits[r];
    return v->mon.vtx.entries * hw->cost.vm_entry + exits * hw->cost.vm_exit;
}

static void monitored(const struct vm *v, struct vm_stats *s)
{
    const struct machine *hw = v->hw;

    s->interpreted = v->mon.interpreted;
    s->direct = cpu_insns(&v->guest->cpu) - s->interpreted;
    s->cycles = cpu_cycles(&hw->cpu);
    s->by.monitor = hw->by[ACCOUNT_MONITOR];
    s->by.switching = switches(v) + v->mon.stub_cycles;
    s->by.guest = s->cycles - booked(hw) + hw->by[ACCOUNT_TRAP] - s->by.switching;
    memcpy(s->traps, hw->taken, sizeof s->traps);
    memcpy(s->injected, v->guest->taken, sizeof s->injected);
    memcpy(s->exits, v->mon.exits, sizeof s->exits);
    memcpy(s->vm_exits, v->mon.vtx.exits, sizeof s->vm_exits);
    s->beyond = v->mon.beyond;
}

_Static_assert(sizeof(struct vm_stats) % sizeof(uint64_t) == 0, "counts and nothing else");
enum { STATS_WORDS = sizeof(struct vm_stats) / sizeof(uint64_t) };

void vm_stats_add(struct vm_stats *to, const struct vm_stats *more)
{
    for (unsigned i = 0; i < STATS_WORDS; i++)
        ((uint64_t *)to)[i] += ((const uint64_t *)more)[i];
}

void vm_stats_subtract(struct vm_stats *from, const struct vm_stats *less)
{
    for (unsigned i = 0; i < STATS_WORDS; i++)
        ((uint64_t *)from)[i] -= ((const uint64_t *)less)[i];
}

void vm_counters(const struct vm *v, struct vm_stats *s)
{
    const struct machine *m = v->technique->needs_monitor ? v->hw : v->guest;

    *s = (struct vm_stats){0};
    if (v->technique->needs_monitor)
        monitored(v, s);
    else if (v->technique->on_hardware)
        native(m, s);
    else
        emulated(m, s);
    s->by.walk = m->by[ACCOUNT_WALK];
    s->by.device = m->by[ACCOUNT_DEVICE];
    s->by.idle = m->by[ACCOUNT_IDLE];
    s->instructions = s->direct + s->interpreted;
    count_tlb(m, s);
}

void vm_get_stats(const struct vm *v, struct vm_stats *s)
{
    vm_counters(v, s);
    vm_stats_subtract(s, &v->base);
    vm_stats_add(s, &v->past);
}

/* Entry `i` of a table of the shadow's. */
static uint32_t shadow_entry(const struct shadow *s, uint32_t table, unsigned i)
{
    uint32_t entry;

    memcpy(&entry, ram_frame(s->hardware->ram, table) + i * sizeof entry, sizeof entry);
    return entry;
}

static bool is_guests(const struct frames *f, uint32_t frame)
{
    return frame < f->count && f->frame[frame].owner == OWNER_GUEST;
}

static bool is_monitors(const struct frames *f, uint32_t frame)
{
    return frame < f->count && f->frame[frame].owner == OWNER_MONITOR;
}

/* The shadow's tables are those with a present entry in the guest's part of its root. */
static void look_at_shadow(const struct monitor *n, struct vm_monitor *m)
{
    const struct shadow *s = &n->shadow;

    for (unsigned d = 0; d < s->pdes; d++) {
        uint32_t table = shadow_entry(s, s->root, d);

        if (!(table & PTE_P))
            continue;
        m->tables++;
        if (!is_monitors(&n->frames, table >> PAGE_SHIFT)) { /* the guest could write its own entries */
            m->exposed++;
            continue;
        }
        for (unsigned t = 0; t < 1024; t++) {
            uint32_t entry = shadow_entry(s, table >> PAGE_SHIFT, t);

            m->exposed += (entry & PTE_P) && !is_guests(&n->frames, entry >> PAGE_SHIFT);
        }
    }
}

enum why_not vm_why_not(const struct vm *v)
{
    return v->technique->needs_monitor ? v->technique->world->why_not(&v->mon) : WHY_nothing;
}

bool vm_get_monitor(const struct vm *v, struct vm_monitor *m)
{
    const struct monitor *n = &v->mon;

    *m = (struct vm_monitor){.why = WHY_nothing};
    if (!v->technique->needs_monitor)
        return false;
    m->shadow_root = hpa((uint64_t)n->shadow.root << PAGE_SHIFT);
    look_at_shadow(n, m);
    if (v->technique->world == &world_vtx && n->vtx.nested)
        m->exposed += nested_exposed(&n->vtx.tables);
    m->reserve = n->frames.count - n->frames.guest;
    for (uint32_t i = n->frames.guest; i < n->frames.count; i++)
        m->free += n->frames.frame[i].type == TYPE_FREE;
    m->watched = n->watches;
    m->shadow_stale = n->shadow_stale;
    m->interpreted = n->interpreted;
    m->why = vm_why_not(v);
    return true;
}
