/* SPDX-License-Identifier: MIT */
#include "ui/debug/stops.h"

#include "ui/debug/debugger.h"
#include "ui/debug/expr.h"
#include "vmm/vm.h"

/* Is there another point, also armed, at the same place? Then the machine's stays when this one goes. */
static bool shared(const struct debugger *d, const struct stop_point *p)
{
    for (unsigned i = 0; i < STOPS_MAX; i++) {
        const struct stop_point *q = &d->stops.point[i];

        if (q != p && q->number && q->enabled && q->kind == p->kind && q->at.v == p->at.v &&
            (p->kind == STOP_AT || q->size == p->size))
            return true;
    }
    return false;
}

int stops_hold(struct debugger *d, gva_t at)
{
    return vm_break(d->s.vm, at);
}

void stops_release(struct debugger *d, gva_t at)
{
    const struct stop_point own = {.kind = STOP_AT, .at = at};

    if (!shared(d, &own))
        vm_unbreak(d->s.vm, at);
}

/* The machine's part of a point; events are looked at by the debugger itself. */
static int arm(struct debugger *d, const struct stop_point *p)
{
    switch (p->kind) {
    case STOP_AT: return vm_break(d->s.vm, p->at);
    case STOP_TOUCH: return vm_watch(d->s.vm, p->at, p->size, p->reads, p->writes);
    default: return 0;
    }
}

static void disarm(struct debugger *d, const struct stop_point *p)
{
    if (shared(d, p))
        return;
    if (p->kind == STOP_AT)
        vm_unbreak(d->s.vm, p->at);
    if (p->kind == STOP_TOUCH)
        vm_unwatch(d->s.vm, p->at, p->size);
}

static void count_events(struct stops *s)
{
    s->events = 0;
    for (unsigned i = 0; i < STOPS_MAX; i++) {
        const struct stop_point *p = &s->point[i];

        s->events += p->number && p->enabled && (p->kind == STOP_REASON || p->kind == STOP_VECTOR);
    }
}

unsigned stops_add(struct debugger *d, const struct stop_point *p)
{
    for (unsigned i = 0; i < STOPS_MAX; i++) {
        struct stop_point *slot = &d->stops.point[i];

        if (slot->number)
            continue;
        if (p->enabled && arm(d, p))
            return 0;
        *slot = *p;
        slot->hits = 0;
        if (p->kind == STOP_TOUCH && p->size <= sizeof slot->was)
            (void)debug_peek(d, p->at, slot->was, p->size);
        slot->number = ++d->stops.last;
        count_events(&d->stops);
        return slot->number;
    }
    return 0;
}

struct stop_point *stops_find(struct debugger *d, unsigned number)
{
    for (unsigned i = 0; i < STOPS_MAX && number; i++)
        if (d->stops.point[i].number == number)
            return &d->stops.point[i];
    return NULL;
}

void stops_delete(struct debugger *d, struct stop_point *p)
{
    if (p->enabled)
        disarm(d, p);
    expr_free(p->condition);
    *p = (struct stop_point){.number = 0};
    count_events(&d->stops);
}

void stops_enable(struct debugger *d, struct stop_point *p, bool enabled)
{
    if (enabled != p->enabled)
        (void)(enabled ? arm(d, p) : (disarm(d, p), 0));
    p->enabled = enabled;
    count_events(&d->stops);
}

void stops_arm(struct debugger *d)
{
    for (unsigned i = 0; i < STOPS_MAX; i++) {
        const struct stop_point *p = &d->stops.point[i];

        if (p->number && p->enabled)
            (void)arm(d, p);
    }
}

void stops_free(struct debugger *d)
{
    for (unsigned i = 0; i < STOPS_MAX; i++)
        expr_free(d->stops.point[i].condition);
    d->stops = (struct stops){.last = 0};
}
