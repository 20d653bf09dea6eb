/* SPDX-License-Identifier: MIT */
#include "interp/clock.h"

#include <stddef.h>

/* The earliest timer, the first added among equals; NULL when none is armed. */
static struct timer *earliest(const struct clock *k)
{
    struct timer *best = NULL;

    for (struct timer *t = k->list; t; t = t->next)
        if (t->when != CLOCK_NEVER && (!best || t->when < best->when))
            best = t;
    return best;
}

static void update(struct clock *k)
{
    const struct timer *t = earliest(k);

    k->next = t ? t->when : CLOCK_NEVER;
}

void clock_add(struct clock *k, struct timer *t)
{
    struct timer **end = &k->list;

    while (*end)
        end = &(*end)->next;
    t->when = CLOCK_NEVER;
    t->next = NULL;
    *end = t;
    update(k);
}

void clock_arm(struct clock *k, struct timer *t, uint64_t when)
{
    t->when = when;
    update(k);
}

void clock_fire(struct clock *k, uint64_t now)
{
    struct timer *t;

    /* Firing may arm any timer, itself included, so the search starts afresh each time. */
    while ((t = earliest(k)) && t->when <= now) {
        t->when = CLOCK_NEVER;
        t->fire(t->dev);
    }
    update(k);
}
