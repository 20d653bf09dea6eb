/* SPDX-License-Identifier: MIT */
/*
 * Counts by name, for expressions: what the last run brought, and what all of it came to.
 *
 *      $run.trap          events of that kind (event.def) in the last run: of the hardware and of the monitor,
 *      $run.trap.vector   and a field of the last of them
 *      $run.virtual.trap  the same of the virtual machine
 *      $run.instructions  $run.cycles
 *      $stat.traps  $stat.traps.13  $stat.exits.io  $stat.monitor ...: what --stats says
 */
#ifndef UI_DEBUG_COUNTNAME_H
#define UI_DEBUG_COUNTNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct debugger;

struct count_name {
    uint8_t family;       /* of countname.c */
    uint8_t index, field; /* field: COUNT_ALL, the number of them */
    bool virtual;
};

/* A name of `n` bytes, without its '$'. False: there is none. */
bool count_find(const char *name, size_t n, struct count_name *c);
/* 0, or -1 with one line in `error`: no such event has come, or the log no longer has all of the run. */
int count_value(const struct debugger *d, const struct count_name *c, int64_t *v, char *error, size_t room);
/* The n-th name (with its '$'), for completion. NULL: there are no more. */
const char *count_offer(unsigned n, char *text, size_t room);

#endif
