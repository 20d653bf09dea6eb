/* SPDX-License-Identifier: MIT */
#include "ui/debug/debugger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/access.h"
#include "interp/dev/kbd.h"
#include "interp/segment.h"
#include "ui/debug/goal.h"
#include "ui/i18n.h"
#include "ui/report.h"
#include "vmm/technique.h"

/* ---- listening --------------------------------------------------------------------------------------------------- */

/* Who has the processor, from the ring in which it now is. */
static enum who runs(const struct debugger *d, unsigned ring)
{
    const struct technique *t = vm_technique(d->s.vm);

    if (ring == 3)
        return t->on_hardware || t->needs_monitor ? WHO_USER : WHO_MONITOR;
    return t->on_hardware || (t->needs_monitor && ring) ? WHO_KERNEL : WHO_MONITOR;
}

struct machine *debug_runner(const struct debugger *d)
{
    const struct technique *t = vm_technique(d->s.vm);

    return t->on_hardware || t->needs_monitor ? vm_hardware(d->s.vm) : vm_guest(d->s.vm);
}

static void observe(void *debugger, bool physical, const struct event *e)
{
    struct debugger *d = debugger;

    if (physical || debug_runner(d) == vm_guest(d->s.vm))
        timeline_idle(d->time, e->cycles, debug_runner(d)->by[ACCOUNT_IDLE]);
    if (e->kind == EVENT_ring) {
        if (physical)
            timeline_change(d->time, e->cycles, runs(d, (unsigned)e->field[1]));
        return;
    }
    if (e->kind == EVENT_swap)
        timeline_change(d->time, e->cycles, runs(d, debug_runner(d)->cpu.cpl));
    recorder_add(d->events, physical, e);
    goal_event(d, e);
}

static void listen(struct debugger *d)
{
    vm_observe(d->s.vm, observe, d);
    d->console.vm = d->s.vm;
    vm_serial(d->s.vm, console_byte, &d->console);
    keys_attach(&d->keys, vm_guest(d->s.vm), d->s.input);
    vm_guest(d->s.vm)->awaits_input |= d->typed_input;
    stops_arm(d);
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

struct vm *debug_vm(const struct debugger *d)
{
    return d->s.vm;
}

uint64_t debug_cycles(const struct debugger *d)
{
    return cpu_cycles(&debug_runner(d)->cpu);
}

void debug_sync_time(struct debugger *d)
{
    timeline_idle(d->time, debug_cycles(d), debug_runner(d)->by[ACCOUNT_IDLE]);
    timeline_sync(d->time, debug_cycles(d));
}

static void begin_time(struct debugger *d)
{
    timeline_init(d->time, debug_cycles(d), debug_runner(d)->by[ACCOUNT_IDLE], runs(d, debug_runner(d)->cpu.cpl));
}

/* A guest that stands at its first instruction, or where it was loaded. */
static void begin(struct debugger *d)
{
    d->report = (struct report_of_run){.stand = STAND_START};
    d->goal = (struct goal){.kind = GOAL_NONE};
    d->finding = (struct finding){.kind = FINDING_NONE};
    d->events->count = 0;
    d->console.size = 0;
    d->frame = 0;
    d->code_set = d->walk.set = false;
    begin_time(d);
    debug_take_registers(d, &d->now);
    d->before = d->now;
    listen(d);
}

static int no_memory(void)
{
    return report(STATUS_FAILED, _("out of memory"));
}

int debug_open(struct debugger *d, const struct options *o)
{
    int status;

    *d = (struct debugger){.o = *o, .console = {.keep = true}, .walk = {.shown = WALK_ALL}};
    d->events = calloc(1, sizeof *d->events);
    d->time = calloc(1, sizeof *d->time);
    status = d->events && d->time ? session_open(&d->s, &d->o) : no_memory();
    if (!status && o->keys)
        status = keys_read(&d->keys, o->keys);
    if (status) {
        debug_close(d);
        return status;
    }
    begin(d);
    return 0;
}

void debug_close(struct debugger *d)
{
    stops_free(d);
    session_close(&d->s);
    keys_free(&d->keys);
    console_free(&d->console);
    free(d->events);
    free(d->time);
    *d = (struct debugger){.goal = {.kind = GOAL_NONE}};
}

int debug_restart(struct debugger *d)
{
    if (session_renew(&d->s, &d->o))
        return -1;
    begin(d);
    return 0;
}

/* ---- another technique ------------------------------------------------------------------------------------------- */

int debug_find_technique(const char *name, const struct technique **t, char *error, size_t room)
{
    char why[512];
    enum taken taken = take_technique(t, name, why, sizeof why);

    if (taken == TAKEN)
        return 0;
    if (taken == TAKEN_SAID)
        (void)snprintf(error, room, "%s: %s", name, why);
    else
        (void)snprintf(error, room, _("%s: no such technique, or it is not built yet"), name);
    return -1;
}

int debug_technique(struct debugger *d, const char *name, char *error, size_t room)
{
    struct options o = d->o;

    if (strcmp(name, "next") == 0) {
        struct rotation all = {.count = 0};

        rotation_add_all(&all, o.virtualizable);
        o.technique = rotation_next(&all, o.technique);
    } else if (debug_find_technique(name, &o.technique, error, room)) {
        return -1;
    }
    if (debug_ended(d)) {
        (void)snprintf(error, room, "%s", _("the guest's run is over: `run` begins anew"));
        return -1;
    }
    if (vm_swap(d->s.vm, o.technique, error, room))
        return -1;
    d->o = o;
    debug_take_registers(d, &d->now);
    d->before = d->now;
    return 0;
}

/* ---- the keyboard ------------------------------------------------------------------------------------------------ */

int debug_key(struct debugger *d, const char *name)
{
    d->finding.changed = true;
    return keys_press(&vm_guest(d->s.vm)->pc.kbd, name);
}

/* ---- looking ----------------------------------------------------------------------------------------------------- */

static void take(const struct cpu *c, struct registers *r)
{
    memcpy(r->r, c->r, sizeof r->r);
    memcpy(r->dr, c->dr, sizeof r->dr);
    for (unsigned i = 0; i < SEGS_ALL; i++)
        r->sel[i] = c->seg[i].sel;
    r->eip = c->eip;
    r->eflags = cpu_eflags(c);
    r->cr0 = c->cr0;
    r->cr2 = c->cr2;
    r->cr3 = c->cr3;
    r->cr4 = c->cr4;
    r->cpl = c->cpl;
    r->gdt_base = c->gdtr.base;
    r->gdt_limit = c->gdtr.limit;
    r->idt_base = c->idtr.base;
    r->idt_limit = c->idtr.limit;
}

void debug_take_registers(const struct debugger *d, struct registers_of_both *r)
{
    memset(r, 0, sizeof *r);
    take(&vm_guest(d->s.vm)->cpu, &r->guest);
    take(&vm_hardware(d->s.vm)->cpu, &r->hardware);
}

int debug_peek(const struct debugger *d, gva_t at, void *to, unsigned n)
{
    return lin_peek(vm_guest(d->s.vm), at.v, to, n);
}

/* Frames lie one above the other on the stack; a chain that goes down, or nowhere, has ended. */
unsigned debug_frames(const struct debugger *d, struct frame frame[FRAMES_MAX])
{
    const struct cpu *c = &vm_guest(d->s.vm)->cpu;
    uint32_t ebp = c->r[EBP];
    unsigned n = 0;

    frame[n++] = (struct frame){.eip = gva(c->seg[CS].base + c->eip), .ebp = ebp};
    while (n < FRAMES_MAX) {
        uint32_t link[2];

        if (ebp < c->r[ESP] || ebp & 3 || debug_peek(d, gva(c->seg[SS].base + ebp), link, sizeof link) || !link[1])
            break;
        frame[n++] = (struct frame){.eip = gva(c->seg[CS].base + link[1]), .ebp = link[0]};
        if (link[0] <= ebp)
            break;
        ebp = link[0];
    }
    return n;
}
