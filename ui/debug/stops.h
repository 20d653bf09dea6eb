/* SPDX-License-Identifier: MIT */
/*
 * Where a run is to stop: breakpoints on addresses, on exits and on events, and watchpoints, each with an optional
 * condition. They are numbered from 1 as gdb numbers them.
 */
#ifndef UI_DEBUG_STOPS_H
#define UI_DEBUG_STOPS_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/addr.h"

struct debugger;
struct expr;

enum stop_kind {
    STOP_AT,     /* an address: before the instruction there */
    STOP_TOUCH,  /* a watchpoint: after the access */
    STOP_REASON, /* break exit REASON: when the monitor was entered for it */
    STOP_VECTOR  /* break trap VECTOR: when an exception or interrupt was delivered */
};

enum { STOPS_MAX = 64, STOP_TEXT = 96 };

struct stop_point {
    unsigned number; /* 0: the slot is free */
    enum stop_kind kind;
    bool enabled, temporary;
    gva_t at;               /* AT, TOUCH */
    uint32_t size;          /* TOUCH: bytes */
    bool reads, writes;     /* TOUCH */
    unsigned what;          /* REASON: enum exit_reason; VECTOR: the vector */
    struct expr *condition; /* owned; NULL: always */
    char text[STOP_TEXT];   /* as the user wrote it, */
    char when[STOP_TEXT];   /* and its condition; empty: none */
    uint8_t was[8];         /* TOUCH: the bytes at the last look; a watchpoint for writes stops at a change */
    uint64_t hits;          /* times that it was reached and its condition held; */
    uint64_t ignore;        /* of those to come, how many are not to stop */
};

struct stops {
    struct stop_point point[STOPS_MAX];
    unsigned last;   /* number given last */
    unsigned events; /* points that wait for an event; while there are none, events are not compared with them */
};

/* Adds `p` (number and hits apart) and arms it. Returns its number, or 0: no room. */
unsigned stops_add(struct debugger *d, const struct stop_point *p);
struct stop_point *stops_find(struct debugger *d, unsigned number);
void stops_delete(struct debugger *d, struct stop_point *p);
void stops_enable(struct debugger *d, struct stop_point *p, bool enabled);
/* After the VM was made anew: arms all that are enabled. */
void stops_arm(struct debugger *d);
/* A breakpoint of the debugger's own, beside the user's. 0, or -1. */
int stops_hold(struct debugger *d, gva_t at);
void stops_release(struct debugger *d, gva_t at);
void stops_free(struct debugger *d);

#endif
