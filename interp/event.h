/* SPDX-License-Identifier: MIT */
/* What can be observed on a machine: the kinds of event.def, and one record for all of them. */
#ifndef INTERP_EVENT_H
#define INTERP_EVENT_H

#include <stdint.h>

enum event_kind {
#define EVENT(name, doc, ...) EVENT_##name,
#include "interp/event.def"
#undef EVENT
    EVENT_KINDS
};

enum { EVENT_FIELDS = 6 };
_Static_assert(EVENT_KINDS <= 32, "a set of kinds is one word");

/* One occurrence. `field` holds the values in the order of event.def. */
struct event {
    enum event_kind kind;
    uint64_t tick;   /* of the clock of the machine that raised it */
    uint64_t cycles; /* the same instant in cycles */
    uint64_t insns;  /* instructions retired before it */
    uint64_t field[EVENT_FIELDS];
};

/* How event.def describes a kind. `field` ends with NULL. */
struct event_info {
    const char *name, *doc;
    const char *field[EVENT_FIELDS + 1];
};

extern const struct event_info event_info[EVENT_KINDS];

#endif
