/* SPDX-License-Identifier: MIT */
#include "vmm/vm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/ept.h"
#include "shadowpt/p2m.h"
#include "vmm/vm_struct.h"
#include "vmm/world.h"

#define TECHNIQUE(name) &technique_##name,
const struct technique *const techniques[] = {TECHNIQUES_BUILT NULL};
#undef TECHNIQUE

const struct technique *technique_find(const char *name)
{
    for (unsigned i = 0; techniques[i]; i++)
        if (strcmp(techniques[i]->name, name) == 0)
            return techniques[i];
    return NULL;
}

unsigned technique_number(const struct technique *t)
{
    unsigned i = 0;

    while (techniques[i] && techniques[i] != t)
        i++;
    return i;
}

const char *technique_name(uint64_t number)
{
    return number < sizeof techniques / sizeof *techniques - 1 ? techniques[number]->name : "plug-in";
}

const char *outcome_name(enum outcome o)
{
    static const char *const name[] = {"none", "ok", "failed", "triple-fault", "limit", "hang", "broken", "reset"};

    return name[o];
}

const char *vector_name(unsigned v, char room[16])
{
    static const char *const exception[20] = {"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", NULL,
                                              "#TS", "#NP", "#SS", "#GP", "#PF", NULL,  "#MF", "#AC", "#MC", "#XM"};

    if (v < 20 && exception[v])
        return exception[v];
    if (v == DEADLINE_VECTOR)
        return "deadline";
    snprintf(room, 16, "int 0x%02x", v);
    return room;
}

static void hardware_event(void *owner, const struct event *e)
{
    struct vm *v = owner;

    v->out.observe(v->out.observe_ctx, true, e);
}

static void guest_event(void *owner, const struct event *e)
{
    struct vm *v = owner;

    if (v->technique->needs_monitor)
        v->technique->world->event(&v->mon, e);
    if (v->out.kinds & 1u << e->kind)
        v->out.observe(v->out.observe_ctx, false, e);
}

void vm_listen(struct vm *v)
{
    v->guest->observe = guest_event;
    v->guest->observed = v->out.kinds | (v->technique->needs_monitor ? MONITOR_LISTENS : 0);
    v->hw->observe = hardware_event; /* in native there is no other */
    v->hw->observed = v->out.kinds;
}

void vm_event(struct vm *v, enum event_kind kind, const uint64_t *field, unsigned fields)
{
    struct event e = {.kind = kind,
                      .tick = v->guest->cpu.t[0],
                      .cycles = cpu_cycles(&v->hw->cpu),
                      .insns = cpu_insns(&v->guest->cpu)};

    memcpy(e.field, field, fields * sizeof *field);
    v->out.observe(v->out.observe_ctx, true, &e);
}

static void guest_serial(void *owner, uint8_t byte)
{
    struct vm *v = owner;

    if (v->out.serial)
        v->out.serial(v->out.serial_ctx, byte);
}

static void traced(void *ctx, uint32_t frame, uint32_t offset, uint32_t size)
{
    monitor_traced(&((struct vm *)ctx)->mon, frame, offset, size);
}

/* The guest's own machine: alone on the hardware, or with its frames scattered over it by a monitor. */
static int create(struct vm *v, const struct vm_config *k)
{
    struct machine_config guest = {.mem = k->mem,
                                   .tlb_sets = k->tlb_sets,
                                   .tlb_ways = k->tlb_ways,
                                   .cost = k->cost,
                                   .clock_insns = k->clock_insns};
    char error[200];

    if (frames_init(&v->mon.frames, p2m_pages(k->mem)))
        return -1;
    v->ram = guest.ram = ram_create(v->mon.frames.count);
    if (!v->ram)
        return -1;
    v->ram->traced = traced;
    v->ram->traced_ctx = v;
    memcpy(guest.disk, k->disk, sizeof guest.disk);
    v->hw = v->guest = v->mon.guest = machine_create(&guest);
    if (!v->guest)
        return -1;
    v->guest->owner = v;
    v->guest->serial = guest_serial;
    v->mon.virtualizable = k->virtualizable;
    v->mon.vtx.nested = !k->shadow;
    if (!k->technique->on_hardware)
        p2m_fill(v->guest, &v->mon.frames);
    if (vm_enter(v, k->technique, error, sizeof error))
        return -1;
    v->base = (struct vm_stats){0}; /* power-on counts */
    return 0;
}

struct vm *vm_create(const struct vm_config *k, char *error, size_t room)
{
    struct vm *v = calloc(1, sizeof *v);

    if (v) {
        v->cost = k->cost;
        if (create(v, k)) {
            vm_destroy(v);
            v = NULL;
        }
    }
    if (!v)
        snprintf(error, room, "cannot get %llu MiB of host memory for the machine", (unsigned long long)(k->mem >> 20));
    return v;
}

void vm_destroy(struct vm *v)
{
    if (!v)
        return;
    machine_destroy(v->under);
    machine_destroy(v->guest);
    ram_destroy(v->ram);
    frames_destroy(&v->mon.frames);
    free(v);
}

struct machine *vm_guest(struct vm *v)
{
    return v->guest;
}

struct machine *vm_hardware(struct vm *v)
{
    return v->hw;
}

const struct technique *vm_technique(const struct vm *v)
{
    return v->technique;
}

unsigned vm_mmu(const struct vm *v)
{
    return v->technique->mmu & MMU_NESTED && v->mon.vtx.nested ? MMU_NESTED : v->technique->mmu & MMU_SHADOW;
}

static enum outcome outcome(struct vm *v, uint64_t until)
{
    const struct machine *g = v->guest;
    const struct cpu *c = &g->cpu;

    if (v->complaint[0])
        return OUTCOME_BROKEN;
    if (g->was_reset)
        return OUTCOME_RESET;
    if (g->exited)
        return g->exit_code ? OUTCOME_FAILED : OUTCOME_OK;
    if (c->activity == SHUTDOWN)
        return OUTCOME_TRIPLE_FAULT;
    if (c->t[0] >= until)
        return OUTCOME_LIMIT;
    if (machine_hangs(g))
        return OUTCOME_HANG;
    return OUTCOME_NONE;
}

/* A machine that runs by itself can be cut anywhere. */
static uint64_t cut(const struct machine *m, uint64_t until, uint64_t ticks)
{
    uint64_t now = m->cpu.t[0];

    return now < until && ticks < until - now ? now + ticks : until;
}

enum outcome vm_run_slice(struct vm *v, uint64_t until, uint64_t ticks)
{
    enum outcome o;

    vm_probe_begin(v);
    v->mon.stop = false;
    if (v->technique->needs_monitor)
        monitor_run(v, until, ticks);
    else
        machine_run(v->guest, cut(v->guest, until, ticks));
    o = outcome(v, until);
    vm_probe_end(v, o, false);
    return o;
}

enum outcome vm_run(struct vm *v, uint64_t until)
{
    return vm_run_slice(v, until, CLOCK_NEVER);
}

enum outcome vm_step(struct vm *v)
{
    enum outcome o;

    vm_probe_begin(v);
    v->mon.stop = false;
    if (v->technique->needs_monitor)
        monitor_step(v);
    else
        machine_step(v->guest, CLOCK_NEVER);
    o = outcome(v, CLOCK_NEVER);
    vm_probe_end(v, o, true);
    return o;
}

void vm_changed(struct vm *v)
{
    cpu_refresh(&v->guest->cpu);
    if (v->technique->needs_monitor)
        monitor_changed(v);
}

void vm_interrupt(struct vm *v)
{
    if (v->technique->needs_monitor)
        monitor_interrupt(&v->mon);
    else
        machine_stop(v->guest);
}

const char *vm_complaint(const struct vm *v)
{
    return v->complaint;
}

const struct hole *vm_hole(const struct vm *v)
{
    return &v->mon.hole;
}

void vm_observe(struct vm *v, void (*observe)(void *ctx, bool physical, const struct event *e), void *ctx)
{
    v->out.observe = observe;
    v->out.observe_ctx = ctx;
    vm_observe_only(v, (1u << EVENT_KINDS) - 1);
}

void vm_observe_only(struct vm *v, uint32_t kinds)
{
    v->out.kinds = v->out.observe ? kinds : 0;
    vm_listen(v);
}

uint64_t vm_tick(const struct vm *v)
{
    return v->guest->cpu.t[0];
}

void vm_serial(struct vm *v, void (*serial)(void *ctx, uint8_t byte), void *ctx)
{
    v->out.serial = serial;
    v->out.serial_ctx = ctx;
}

bool vm_p2m(const struct vm *v, gpa_t gpa, hpa_t *hpa)
{
    return p2m_lookup(v->guest, gpa, hpa);
}

struct walk_context vm_walk_context(const struct vm *v, struct ept_walk *ept)
{
    struct walk_context k = walk_context_of(v->hw, ept);
    const struct monitor *n = &v->mon;

    if (v->technique->world != &world_vtx || v->hw->cpu.vmx.non_root)
        return k;
    k.cr0 |= CR0_PG | CR0_WP;
    k.cr3 = n->shadow.root << PAGE_SHIFT;
    if (!vtx_two_dimensions(n))
        return k;
    k.cr0 = n->guest->cpu.cr0;
    k.cr3 = n->guest->cpu.cr3;
    k.cr4 = n->guest->cpu.cr4;
    k.eptp = nested_pointer(&n->vtx.tables);
    return k;
}

uint32_t vm_hardware_cr3(const struct vm *v)
{
    struct ept_walk ept[WALK_LEVELS + 1];

    return vm_walk_context(v, ept).cr3;
}
