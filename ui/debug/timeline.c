/* SPDX-License-Identifier: MIT */
#include "ui/debug/timeline.h"

#include <string.h>

enum { FIRST_SHIFT = 4 };

void timeline_init(struct timeline *t, uint64_t cycles, uint64_t idle, enum who who)
{
    *t = (struct timeline){
        .who = who, .since = cycles, .idle = idle, .start = cycles, .shift = FIRST_SHIFT, .changes = 1};
    t->change[0] = (struct change){.at = cycles, .to = who};
}

/* Two bins become one. */
static void fold(struct timeline *t)
{
    for (unsigned i = 0; i < TIMELINE_BINS / 2; i++)
        for (unsigned w = 0; w < WHOS; w++)
            t->bin[i][w] = t->bin[2 * i][w] + t->bin[2 * i + 1][w];
    memset(t->bin[TIMELINE_BINS / 2], 0, sizeof t->bin / 2);
    t->shift++;
}

void timeline_sync(struct timeline *t, uint64_t cycles)
{
    if (cycles <= t->since)
        return;
    while ((cycles - 1 - t->start) >> t->shift >= TIMELINE_BINS)
        fold(t);
    while (t->since < cycles) {
        uint64_t i = (t->since - t->start) >> t->shift, end = t->start + ((i + 1) << t->shift);

        if (end > cycles)
            end = cycles;
        t->bin[i][t->who] += end - t->since;
        t->since = end;
    }
}

void timeline_change(struct timeline *t, uint64_t cycles, enum who who)
{
    if (who == t->who)
        return;
    timeline_sync(t, cycles);
    t->who = who;
    t->change[t->changes++ % TIMELINE_CHANGES] = (struct change){.at = cycles, .to = who};
}

void timeline_idle(struct timeline *t, uint64_t cycles, uint64_t idle)
{
    uint64_t waited = idle - t->idle;
    enum who who = t->who;

    t->idle = idle;
    if (cycles <= t->since || waited == 0)
        return;
    if (waited > cycles - t->since)
        waited = cycles - t->since;
    timeline_change(t, cycles - waited, WHO_IDLE);
    timeline_change(t, cycles, who);
}

unsigned timeline_used(const struct timeline *t)
{
    uint64_t used = (t->since - t->start + (UINT64_C(1) << t->shift) - 1) >> t->shift;

    return used < TIMELINE_BINS ? (unsigned)used : TIMELINE_BINS;
}

void timeline_recent(const struct timeline *t, uint64_t from, uint64_t to, uint64_t by[WHOS])
{
    uint64_t end = to < t->since ? to : t->since;
    uint64_t oldest = t->changes > TIMELINE_CHANGES ? t->changes - TIMELINE_CHANGES : 0;

    memset(by, 0, WHOS * sizeof *by);
    for (uint64_t i = t->changes; i-- > oldest && end > from;) {
        const struct change *c = &t->change[i % TIMELINE_CHANGES];
        uint64_t start = c->at > from ? c->at : from;

        if (start < end) {
            by[c->to] += end - start;
            end = start;
        }
    }
}
