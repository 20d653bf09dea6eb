/* SPDX-License-Identifier: MIT */
/* The inside of the demo, for its files. */
#ifndef UI_DEMO_H
#define UI_DEMO_H

#include <stdbool.h>

#include "interp/event.h"
#include "interp/tlb.h"
#include "ui/debug/debugger.h"
#include "vmm/vm.h"

enum { DEMO_FILLS = 4, DEMO_WIDTH = 79, TLB_SHOWN = 4096 };

/* Both CPUs at one moment. */
struct registers_shot {
    bool taken;
    struct registers_of_both r;
};

/* The valid entries of a TLB at one moment, by linear page. */
struct tlb_shot {
    struct tlb_entry entry[TLB_SHOWN];
    unsigned count;
};

struct demo {
    struct debugger d;
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

/* demo_tlb.c: what one instruction has done to a TLB. */
void demo_take_tlb(struct tlb_shot *t, const struct machine *m);
void demo_tlb(const struct tlb_shot *before, const struct tlb_shot *after);

#endif
