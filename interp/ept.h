/* SPDX-License-Identifier: MIT */
/*
 * Extended page tables: the second dimension, from guest-physical to machine addresses (SDM Vol. 3, "The Extended Page Table
 * Mechanism (EPT)"). Four levels, entries of 64 bits, leaves of 4 KiB and 2 MiB. As page_walk() does, the walk comes back
 * as data and changes nothing: it serves the hardware, and the screens that draw it.
 */
#ifndef INTERP_EPT_H
#define INTERP_EPT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "interp/paging.h"

/* EPT entries (SDM Vol. 3, "EPT Translation Mechanism"). */
enum {
    EPT_R = 1 << 0,
    EPT_W = 1 << 1,
    EPT_X = 1 << 2,
    EPT_RIGHTS = EPT_R | EPT_W | EPT_X,
    EPT_TYPE_SHIFT = 3, /* leaves: the memory type, as in the MTRRs */
    EPT_TYPE_WB = 6 << EPT_TYPE_SHIFT,
    EPT_LEAF = 1 << 7, /* above the last level: a large page */
    EPT_A = 1 << 8,    /* with EPTP_AD */
    EPT_D = 1 << 9
};
#define EPT_FRAME 0x000ffffffffff000ull

/* The EPT pointer (SDM Vol. 3, "Extended-Page-Table Pointer (EPTP)"). */
enum { EPTP_WB = 6, EPTP_LEVELS_SHIFT = 3, EPTP_AD = 1 << 6 };

/* Address bits that the machine's bus has: higher ones are reserved in entries (SDM Vol. 3, 4.1.4: without PAE, 32). */
enum { PHYSICAL_BITS = 32 };

enum { EPT_LEVELS = 4 };

enum ept_outcome {
    EPT_OK,
    EPT_VIOLATION, /* nothing there, or a right is missing */
    EPT_MISCONFIG  /* an entry that means nothing */
};

struct ept_walk {
    uint64_t gpa;
    unsigned access;                   /* EPT_R, EPT_W, EPT_X: what is asked for */
    struct walk_step step[EPT_LEVELS]; /* [0] PML4E ... [3] PTE */
    unsigned steps;
    enum ept_outcome outcome;
    unsigned rights; /* that all entries grant */
    uint64_t pa;     /* OK: of the byte */
    bool large;
};

/* Returns e->outcome == EPT_OK. */
bool ept_walk(struct machine *m, uint64_t eptp, uint64_t gpa, unsigned access, struct ept_walk *e);
/* With EPTP_AD: sets A on the path and, for a write, D on the leaf. Only after a walk that was ok. */
void ept_commit(struct machine *m, uint64_t eptp, struct ept_walk *e);
/* May a store go there without a further walk? After ept_commit(). */
bool ept_writable(uint64_t eptp, const struct ept_walk *e);

/* The exit qualification of an EPT violation (SDM Vol. 3, table "Exit Qualification for EPT Violations"). */
enum { EPT_QUAL_RIGHTS_SHIFT = 3, EPT_QUAL_LINEAR = 1 << 7, EPT_QUAL_PAGE = 1 << 8 };
uint32_t ept_qualification(const struct ept_walk *e, bool page);

/*
 * Operation `o`'s access of `lin` is refused by EPT: to the host. `page`: it was the page itself that could not be reached,
 * and not an entry of the guest's tables.
 */
noreturn void ept_exit(struct cpu *c, const struct op *o, uint32_t lin, const struct ept_walk *e, bool page);

#endif
