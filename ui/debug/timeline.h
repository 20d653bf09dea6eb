/* SPDX-License-Identifier: MIT */
/*
 * Who ran: the cycles of a run, in bins of equal length, by who had the processor. When the bins are used up, two become
 * one and the bins twice as long: the whole run is always there, in at most TIMELINE_BINS of them. Beside it stand the
 * last changes one by one, for a look at what has just happened.
 */
#ifndef UI_DEBUG_TIMELINE_H
#define UI_DEBUG_TIMELINE_H

#include <stdint.h>

#include "interp/event.h"

enum who { WHO_USER, WHO_KERNEL, WHO_MONITOR, WHO_IDLE, WHOS };

enum { TIMELINE_BINS = 512, TIMELINE_CHANGES = 1 << 10 };

struct timeline {
    enum who who;   /* has the processor */
    uint64_t since; /* cycles: all before this is in the bins */
    uint64_t idle;  /* cycles of waiting, of all that the machine has booked */
    uint64_t start; /* cycles at which the first bin begins */
    unsigned shift; /* a bin is 1 << shift cycles long */
    uint64_t bin[TIMELINE_BINS][WHOS];
    uint64_t changes; /* all that ever came, the start included */
    struct change {
        uint64_t at; /* cycles */
        enum who to;
    } change[TIMELINE_CHANGES];
};

void timeline_init(struct timeline *t, uint64_t cycles, uint64_t idle, enum who who);
/* From `cycles` on it is `who`. */
void timeline_change(struct timeline *t, uint64_t cycles, enum who who);
/* Waiting raises no event of its own: what `idle`, the sum of all, has grown by since the last call has just ended. */
void timeline_idle(struct timeline *t, uint64_t cycles, uint64_t idle);
/* The time up to `cycles` is put into the bins. */
void timeline_sync(struct timeline *t, uint64_t cycles);
/* Bins that hold something. */
unsigned timeline_used(const struct timeline *t);
/* The cycles of [from, to) by who had them, from the last changes (as far back as they reach). */
void timeline_recent(const struct timeline *t, uint64_t from, uint64_t to, uint64_t by[WHOS]);

#endif
