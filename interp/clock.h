/* SPDX-License-Identifier: MIT */
/*
 * Deadlines on a machine's one clock. Time itself is kept by the CPU (machine_now()); this is the list of what shall
 * happen when. A tick is a simulated cycle or a retired instruction, as --clock says; nothing here depends on which.
 */
#ifndef INTERP_CLOCK_H
#define INTERP_CLOCK_H

#include <stdint.h>

#define CLOCK_NEVER UINT64_MAX

/* A deadline. Embedded in its device, which owns it; `fire` runs at an instruction boundary with now >= when. */
struct timer {
    uint64_t when; /* tick, or CLOCK_NEVER when not armed */
    void (*fire)(void *dev);
    void *dev;
    struct timer *next; /* in the clock's list; managed by clock_*() */
};

struct clock {
    struct timer *list; /* all timers that were ever added, armed or not */
    uint64_t next;      /* the earliest `when` of all */
};

void clock_add(struct clock *k, struct timer *t); /* not armed yet */
void clock_arm(struct clock *k, struct timer *t, uint64_t when);
/*
 * Fires, earliest first (equal ones in order of addition), everything due at `now`. A timer is disarmed before it fires;
 * one that arms itself again does so for a tick after `now`.
 */
void clock_fire(struct clock *k, uint64_t now);

#endif
