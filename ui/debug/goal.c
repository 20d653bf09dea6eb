/* SPDX-License-Identifier: MIT */
/*
 * How a run is driven towards its goal, in slices. Steps go one by one; everything else goes at full speed, with
 * breakpoints of the machine's own (vm_break()) where it has to come back. A slice never ends a run: cutting a run in
 * other places gives the same run.
 */
#include "ui/debug/goal.h"

#include <string.h>
#include <time.h>

#include "interp/decode.h"
#include "interp/segment.h"
#include "ui/debug/debugger.h"
#include "ui/debug/expr.h"
#include "vmm/technique.h"

enum { FIRST_SLICE = 100000, STEPS_A_LOOK = 64 };
static const uint64_t LAST_SLICE = UINT64_C(1) << 40;

static uint64_t host_now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static const struct cpu *cpu_of(const struct debugger *d)
{
    return &vm_guest(d->s.vm)->cpu;
}

static gva_t next_address(const struct debugger *d)
{
    const struct cpu *c = cpu_of(d);

    return gva(c->seg[CS].base + c->eip);
}

/* ---- the instruction that is next -------------------------------------------------------------------------------- */

enum insn_kind { KIND_PLAIN, KIND_CALL, KIND_INT, KIND_REPEAT, KIND_ENTER, KIND_RETURN };

static enum insn_kind kind_of(const struct debugger *d, struct insn *i)
{
    static const struct {
        const char *prefix;
        enum insn_kind kind;
    } kind[] = {{"call", KIND_CALL},   {"int", KIND_INT},        {"ret", KIND_RETURN},
                {"iret", KIND_RETURN}, {"sysenter", KIND_ENTER}, {"sysexit", KIND_RETURN}};
    uint8_t bytes[INSN_MAX];
    unsigned n = INSN_MAX;

    while (n && debug_peek(d, next_address(d), bytes, n))
        n--;
    if (decode(bytes, n, cpu_of(d)->seg[CS].attr & ATTR_D, i) != DECODE_OK)
        return KIND_PLAIN;
    for (unsigned k = 0; k < sizeof kind / sizeof kind[0]; k++)
        if (strncmp(i->e->mnemonic, kind[k].prefix, strlen(kind[k].prefix)) == 0)
            return kind[k].kind;
    return i->rep ? KIND_REPEAT : KIND_PLAIN;
}

/* What NEXT counts as one instruction. SYSENTER is not among it: it need not come back to what follows. */
static bool goes_over(enum insn_kind kind)
{
    return kind == KIND_CALL || kind == KIND_INT || kind == KIND_REPEAT;
}

/* ---- stops ------------------------------------------------------------------------------------------------------- */

static bool in_steps(const struct debugger *d)
{
    return (d->goal.kind == GOAL_STEP || d->goal.kind == GOAL_NEXT || d->goal.kind == GOAL_FINISH) && !d->run.over;
}

static bool waits_for(const struct stop_point *p, const struct event *e)
{
    if (!p->number || !p->enabled || e->field[0] != p->what)
        return false;
    return (p->kind == STOP_REASON && e->kind == EVENT_exit) ||
           (p->kind == STOP_VECTOR && (e->kind == EVENT_trap || e->kind == EVENT_inject));
}

void goal_event(struct debugger *d, const struct event *e)
{
    if (!d->stops.events || (e->kind != EVENT_exit && e->kind != EVENT_trap && e->kind != EVENT_inject) ||
        d->run.event_point)
        return;
    for (unsigned i = 0; i < STOPS_MAX; i++)
        if (waits_for(&d->stops.point[i], e)) {
            d->run.event_point = d->stops.point[i].number;
            if (!in_steps(d)) /* a step comes back by itself */
                vm_interrupt(d->s.vm);
            return;
        }
}

/* A condition that cannot be evaluated holds, and the report tells why: the user wants to know. */
static bool holds(struct debugger *d, const struct stop_point *p)
{
    char *error = d->report.complaint;
    int64_t value;

    if (!p->condition || expr_value(d, p->condition, &value, error, sizeof d->report.complaint))
        return true;
    error[0] = '\0';
    return value != 0;
}

/* A write that changes nothing is no change, as gdb's `watch` has it. */
static bool changed(struct debugger *d, struct stop_point *p)
{
    uint8_t now[sizeof p->was];
    unsigned n = p->size < sizeof now ? p->size : sizeof now;
    bool same;

    if (p->reads || p->size > sizeof now || debug_peek(d, p->at, now, n))
        return true;
    same = memcmp(now, p->was, n) == 0;
    memcpy(d->report.old, p->was, n);
    memcpy(p->was, now, n);
    return !same;
}

static bool at_place(const struct stop_point *p, enum stop_kind kind, gva_t at, uint32_t size)
{
    uint64_t end = (uint64_t)p->at.v + (kind == STOP_TOUCH ? p->size : 1);

    return p->number && p->enabled && p->kind == kind && at.v < end && (uint64_t)at.v + size > p->at.v;
}

/* It was reached: its condition holds, and it is not one of the times to be ignored. */
static bool is_hit(struct debugger *d, struct stop_point *p)
{
    if (!holds(d, p))
        return false;
    p->hits++;
    if (!p->ignore)
        return true;
    p->ignore--;
    return false;
}

/* The stop point that the guest has come to at a place, its condition included; or 0. */
static unsigned hit_at(struct debugger *d, enum stop_kind kind, gva_t at, uint32_t size)
{
    for (unsigned i = 0; i < STOPS_MAX; i++) {
        struct stop_point *p = &d->stops.point[i];

        if (at_place(p, kind, at, size) && !(kind == STOP_TOUCH && !changed(d, p)) && is_hit(d, p))
            return p->number;
    }
    return 0;
}

static unsigned hit_by_event(struct debugger *d)
{
    struct stop_point *p = stops_find(d, d->run.event_point);

    d->run.event_point = 0;
    return p && is_hit(d, p) ? p->number : 0;
}

/* ---- the end of a run -------------------------------------------------------------------------------------------- */

static void finish(struct debugger *d, enum stand stand)
{
    const struct machine *g = vm_guest(d->s.vm);
    struct report_of_run *r = &d->report;
    bool step = d->goal.kind == GOAL_STEP && d->goal.count == 1;

    if (d->run.armed)
        stops_release(d, d->run.back);
    d->run.armed = d->run.over = false;
    d->goal.kind = GOAL_NONE;
    r->stand = stand;
    r->last = d->events->count;
    r->instructions = cpu_insns(&g->cpu) - d->run.insns;
    r->cycles = debug_cycles(d) - d->run.cycles;
    debug_take_registers(d, &d->now);
    debug_sync_time(d);
    d->frame = 0;
    if (step)
        predict_settle(&d->predict, d->events, vm_technique(d->s.vm)->needs_monitor, r->first, r->last);
    d->predict.said = FORECAST_NONE;
}

static void stop_at(struct debugger *d, unsigned point)
{
    struct stop_point *p = stops_find(d, point);

    d->report.point = point;
    if (p) {
        d->report.stop = *p;
        d->report.stop.condition = NULL;
    }
    finish(d, STAND_STOP);
    if (p && p->temporary)
        stops_delete(d, p);
}

/* Is the run over, or somebody at the door? */
static bool ended(struct debugger *d, enum outcome outcome)
{
    if (outcome != OUTCOME_NONE) {
        d->report.outcome = outcome;
        finish(d, STAND_ENDED);
    } else if (d->interrupt) {
        finish(d, STAND_ASKED);
    }
    return !debug_running(d);
}

/* ---- full speed -------------------------------------------------------------------------------------------------- */

/* The address where the goal's own breakpoint stands was reached: was it meant? */
static bool arrived(const struct debugger *d)
{
    if (!d->run.armed || next_address(d).v != d->run.back.v)
        return false;
    return !d->run.over || cpu_of(d)->r[ESP] >= d->run.esp; /* not a deeper recursion */
}

/* Why did vm_run() come back in the middle? True: the run has stopped. */
static bool stopped(struct debugger *d)
{
    const struct vm_stop *s = vm_stopped(d->s.vm);
    unsigned point = hit_by_event(d);

    if (!point && s->why == VM_STOPPED_BREAK) {
        if (arrived(d)) {
            d->run.reached = true;
            return false;
        }
        point = hit_at(d, STOP_AT, s->at, 1);
    }
    if (!point && s->why == VM_STOPPED_WATCH) {
        d->report.touched = s->at;
        d->report.write = s->write;
        point = hit_at(d, STOP_TOUCH, s->at, s->size);
    }
    if (point)
        stop_at(d, point);
    return point != 0;
}

/* The next slice is as long as this one should have been. */
static void adapt(struct debugger *d, uint64_t took, uint64_t wanted)
{
    uint64_t slice = d->run.slice;

    if (took < wanted / 2 && slice < LAST_SLICE)
        slice *= 2;
    else if (took > wanted)
        slice = slice / 2 + 1;
    d->run.slice = slice;
}

/* A guest that waits lets as much time pass as its clock says; a person sits in front of it. */
static uint64_t wait(const struct debugger *d, uint64_t idle_ticks, uint64_t at_most)
{
    uint64_t hz = vm_guest(d->s.vm)->hz, ns = idle_ticks * 1000 / (hz / 1000000 ? hz / 1000000 : 1);
    struct timespec t = {.tv_nsec = (long)(ns < at_most ? ns : at_most)};

    if (d->typed_input && ns)
        (void)nanosleep(&t, NULL);
    return d->typed_input ? ns : 0;
}

/* One slice. True: the run goes on. */
static bool full_speed(struct debugger *d, uint64_t ns)
{
    struct machine *g = vm_guest(d->s.vm);
    uint64_t start = host_now(), idle = g->idle_ticks, slice = d->run.slice, took;
    enum outcome outcome;

    if (d->goal.kind == GOAL_TICK && slice > d->goal.count - g->cpu.t[0])
        slice = d->goal.count - g->cpu.t[0];
    outcome = vm_run_slice(d->s.vm, d->o.limit, slice);
    took = host_now() - start;
    took += wait(d, g->idle_ticks - idle, ns);
    adapt(d, took, ns);
    debug_sync_time(d);
    if (stopped(d) || ended(d, outcome))
        return false;
    if (d->goal.kind == GOAL_TICK && g->cpu.t[0] >= d->goal.count)
        finish(d, STAND_DONE);
    return debug_running(d);
}

/* ---- step by step ------------------------------------------------------------------------------------------------ */

static void hold_at(struct debugger *d, gva_t at)
{
    d->run.back = at;
    d->run.armed = stops_hold(d, at) == 0;
}

/* A call that NEXT steps over: its body goes at full speed. */
static void step_over(struct debugger *d, const struct insn *i)
{
    d->run.esp = cpu_of(d)->r[ESP];
    hold_at(d, gva(next_address(d).v + i->len));
    d->run.over = d->run.armed;
}

/* An instruction is done: is that all? True: the run goes on. */
static bool counted(struct debugger *d)
{
    if (--d->run.left)
        return true;
    finish(d, STAND_DONE);
    return false;
}

/*
 * How many frames the guest now is below the one that FINISH leaves. Stack pointers cannot tell: a callee's return leaves
 * ESP where its caller has it, and an IRET to another ring where it likes. Each delivery makes a frame, that of INT n too;
 * an instruction that faulted, and so was not counted, has neither called nor returned.
 */
static void count_frames(struct debugger *d, enum insn_kind kind, uint64_t insns, uint64_t deliveries)
{
    const struct machine *g = vm_guest(d->s.vm);

    d->run.depth += (int64_t)(g->deliveries - deliveries);
    if (cpu_insns(&g->cpu) == insns)
        return;
    if (kind == KIND_CALL || kind == KIND_ENTER)
        d->run.depth++;
    else if (kind == KIND_RETURN)
        d->run.depth--;
}

/* One step of the machine, and whether it is a reason to stop. */
static bool step_ends(struct debugger *d, enum insn_kind kind)
{
    const struct machine *g = vm_guest(d->s.vm);
    uint64_t insns = cpu_insns(&g->cpu), deliveries = g->deliveries;

    if (ended(d, vm_step(d->s.vm)))
        return true;
    count_frames(d, kind, insns, deliveries);
    return stopped(d);
}

/* One instruction, and whether the run goes on. */
static bool single(struct debugger *d)
{
    struct insn i;
    enum insn_kind kind = d->goal.kind == GOAL_STEP ? KIND_PLAIN : kind_of(d, &i);
    unsigned point;

    if (d->goal.kind == GOAL_NEXT && goes_over(kind))
        step_over(d, &i);
    if (step_ends(d, kind))
        return false;
    if (d->run.over && arrived(d)) {
        d->run.over = false;
        stops_release(d, d->run.back);
        d->run.armed = false;
    }
    if (d->run.over)
        return true;
    if (d->goal.kind == GOAL_FINISH && d->run.depth < 0) {
        finish(d, STAND_DONE);
        return false;
    }
    if (d->goal.kind != GOAL_FINISH && !counted(d))
        return false;
    point = hit_at(d, STOP_AT, next_address(d), 1);
    if (point)
        stop_at(d, point);
    return !point;
}

/* The end of what was stepped over. */
static bool came_back(struct debugger *d)
{
    d->run.reached = d->run.over = false;
    stops_release(d, d->run.back);
    d->run.armed = false;
    if (d->goal.kind == GOAL_UNTIL) {
        finish(d, STAND_DONE);
        return false;
    }
    return counted(d);
}

static bool steps(struct debugger *d, uint64_t ns)
{
    uint64_t end = host_now() + ns;

    do
        for (unsigned i = 0; i < STEPS_A_LOOK; i++)
            if (!single(d) || d->run.over)
                return debug_running(d);
    while (host_now() < end);
    return true;
}

/* ---- the interface ----------------------------------------------------------------------------------------------- */

int debug_start(struct debugger *d, const struct goal *g)
{
    const struct machine *m = vm_guest(d->s.vm);

    if (debug_ended(d))
        return -1;
    d->goal = *g;
    d->interrupt = false;
    d->before = d->now;
    d->report = (struct report_of_run){.stand = STAND_DONE, .goal = *g, .first = d->events->count};
    memset(&d->run, 0, sizeof d->run);
    d->run.left = g->count ? g->count : 1;
    d->run.esp = m->cpu.r[ESP];
    d->run.slice = FIRST_SLICE;
    d->run.insns = cpu_insns(&m->cpu);
    d->run.cycles = debug_cycles(d);
    if (g->kind == GOAL_UNTIL)
        hold_at(d, g->at);
    return 0;
}

bool debug_advance(struct debugger *d, uint64_t ns)
{
    if (!debug_running(d))
        return false;
    if (d->interrupt) {
        finish(d, STAND_ASKED);
        return false;
    }
    if (in_steps(d))
        return steps(d, ns);
    if (!full_speed(d, ns))
        return false;
    return d->run.reached ? came_back(d) : true;
}

void debug_interrupt(struct debugger *d)
{
    d->interrupt = true;
}
