/* SPDX-License-Identifier: MIT */
/*
 * What becomes of an access by the guest, in the order in which the processor and the monitor come to it:
 *
 *      segment ──> TLB ──> tables that the CPU walks ──#PF──> monitor: guest's tables ──> p2m ──> watched?
 *
 * Found from the tables as they stand; asking disturbs nothing. `why` says it in words, the view `walk` draws it.
 */
#ifndef UI_DEBUG_FACTS_H
#define UI_DEBUG_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/addr.h"
#include "interp/ept.h"
#include "interp/paging.h"
#include "vmm/vm.h"

struct debugger;
struct machine;
struct seg;
struct tlb_entry;

enum access_kind { ACCESS_IS_READ, ACCESS_IS_WRITE, ACCESS_IS_EXEC };

struct question {
    gva_t at;
    enum access_kind kind;
    bool user;
};

enum verdict {
    VERDICT_LIMIT,      /* the segment ends before it */
    VERDICT_CUT,        /* in the monitor's part of the address space: interpreted */
    VERDICT_DONE,       /* the CPU that runs the guest does it */
    VERDICT_TRUE_FAULT, /* the guest's own #PF */
    VERDICT_HIDDEN,     /* a #PF that the monitor answers from its shadow */
    VERDICT_TRACED,     /* a write to what the monitor watches */
    VERDICT_NO_RAM      /* nothing answers */
};

struct facts {
    struct question q;
    const struct machine *runs; /* the machine whose CPU runs the guest's instructions */
    enum why_not why;           /* why a monitor interprets it; WHY_nothing: none does */
    bool monitored;             /* trap: that is not the guest's own */
    const char *segment;
    const struct seg *seg;
    bool fits, cut;
    bool paging;                          /* the guest's */
    struct walk guest, used;              /* of the guest's tables; of those that the CPU uses */
    bool two_dimensions;                  /* of the latter: the guest's tables through EPT, */
    struct ept_walk ept[WALK_LEVELS + 1]; /* which was walked for each of `used`'s steps, and for the page */
    uint32_t frame;
    bool traced;
    const struct tlb_entry *tlb; /* NULL: none */
    bool granted, stale;         /* by that entry; it is not what the tables say */
    enum verdict verdict;
};

void facts_find(const struct debugger *d, const struct question *q, struct facts *f);
/* Does an entry of the TLB say what the tables that its CPU walks no longer say? */
bool facts_stale(const struct machine *m, const struct tlb_entry *e);
/* Of a walk that was refused, the level that did it: an entry that is not present, or without the right (SDM Vol. 3, 4.6). */
unsigned facts_refusing_level(const struct walk *w);

#endif
