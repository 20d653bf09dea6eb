/* SPDX-License-Identifier: MIT */
/*
 * What happened lately: the last events of both machines, oldest first. The monitor log is drawn from it; what a run
 * costs does not depend on it.
 */
#ifndef UI_DEBUG_RECORDER_H
#define UI_DEBUG_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/event.h"

enum { RECORDER_ROOM = 1 << 12 }; /* a power of two */

struct recorded {
    struct event event;
    bool physical; /* of the hardware, else of the virtual machine */
};

struct recorder {
    uint64_t count; /* all that ever came; the last RECORDER_ROOM of them are kept */
    struct recorded ring[RECORDER_ROOM];
};

static inline void recorder_add(struct recorder *r, bool physical, const struct event *e)
{
    r->ring[r->count++ & (RECORDER_ROOM - 1)] = (struct recorded){.event = *e, .physical = physical};
}

/* The number of the oldest event that is kept: recorder_at() answers from it to count - 1. */
static inline uint64_t recorder_first(const struct recorder *r)
{
    return r->count > RECORDER_ROOM ? r->count - RECORDER_ROOM : 0;
}

static inline const struct recorded *recorder_at(const struct recorder *r, uint64_t number)
{
    return &r->ring[number & (RECORDER_ROOM - 1)];
}

#endif
