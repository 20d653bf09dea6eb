/* SPDX-License-Identifier: MIT */
/* The inside of the demo, for its two files. */
#ifndef UI_DEMO_H
#define UI_DEMO_H

#include <stdbool.h>

#include "interp/event.h"
#include "ui/console.h"
#include "ui/options.h"
#include "ui/picture.h"
#include "ui/session.h"
#include "vmm/vm.h"

enum { DEMO_FILLS = 4 };

struct demo {
    struct options o;
    struct session s;
    struct console console;
    /* Of the recording in progress: the first event of each kind, and how many came. */
    struct seen {
        struct event first;
        bool physical;
        unsigned count;
    } seen[EVENT_KINDS];
    struct event fill[DEMO_FILLS];
    unsigned fills;
    char instruction[128]; /* the one that is told of */
    struct registers_shot before, trapped, emulated, after;
    uint64_t start, entered, done, back; /* cycles: before the instruction, in the monitor, emulated, about to resume */
    struct tlb_shot tlb_before, tlb_after;
};

/* Where the cycles went, and why the monitor was entered. */
void demo_costs(const struct vm_stats *s);

#endif
