/* SPDX-License-Identifier: MIT */
/*
 * Nested page tables: gpa -> hpa, the p2m as the hardware's second dimension walks it (interp/ept.h). The guest keeps its own
 * tables, and changes them unseen. Filled in advance or on violation; devices have no entry, so that their accesses come to the monitor.
 *
 * Invariant: each entry is the p2m's, and never reaches a monitor frame; frames that are traced are not writable.
 */
#ifndef SHADOWPT_NESTED_H
#define SHADOWPT_NESTED_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/addr.h"

struct frames;
struct machine;

struct nested {
    struct machine *guest;    /* whose p2m it is */
    struct machine *hardware; /* in whose memory the tables lie */
    struct frames *frames;
    uint32_t root;   /* frame of the table of level 0 */
    uint32_t tables; /* below it */
};

/* Why an access was refused. */
enum nested_fault {
    NESTED_FILLED, /* the entry is there now; try again */
    NESTED_TRACED, /* a write to a watched page: interpret it */
    NESTED_MMIO    /* not RAM: interpret it */
};

int nested_init(struct nested *s, struct machine *guest, struct machine *hardware,
                struct frames *f); /* -1: no frames */
/* What the hardware's EPT pointer is to be. */
uint64_t nested_pointer(const struct nested *s);
/* FILLED: *entry is what was written. */
enum nested_fault nested_fill(struct nested *s, gpa_t gpa, bool write, uint64_t *entry);
/* All RAM at once. */
void nested_fill_all(struct nested *s);
/*
 * For those who look: entries that break the invariant now, by leading to a frame that is not the guest's, or to a table
 * that is not the monitor's. None, ever.
 */
uint32_t nested_exposed(const struct nested *s);
/* Forgets everything. The hardware's TLB is the caller's. */
void nested_drop(struct nested *s);

#endif
