/* SPDX-License-Identifier: MIT */
/*
 * Shadow page tables: gva -> hpa, made of the guest's tables (gva -> gpa) and the p2m (gpa -> hpa), filled on fault and
 * dropped when the guest flushes, as if they were one large TLB.
 *
 * Invariant: each entry grants no more than the guest's mapping composed with the p2m, and never reaches a monitor frame.
 * D is emulated: a page is writable in the shadow only once the guest's own entry has D set.
 */
#ifndef SHADOWPT_SHADOW_H
#define SHADOWPT_SHADOW_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/addr.h"
#include "interp/paging.h"

struct frames;
struct machine;

struct shadow {
    struct machine *guest;    /* whose tables and p2m are shadowed */
    struct machine *hardware; /* in whose memory the shadow lies */
    struct frames *frames;
    uint32_t root; /* frame of the directory: what the hardware's CR3 points to */
    unsigned
        pdes; /* entries of it, from the first, that are the guest's; behind them the monitor's, if it shares the root */
};

/* Why a guest's access faulted. */
enum shadow_fault {
    SHADOW_FILLED, /* hidden: the entry is there now; try again */
    SHADOW_TRUE,   /* the guest's own tables forbid it */
    SHADOW_TRACED, /* allowed, but a write to a watched page: interpret it */
    SHADOW_MMIO    /* allowed, but not RAM, or where the monitor has its pages: interpret it */
};

struct shadow_report {
    struct walk walk; /* of the guest's tables */
    hpa_t hpa;        /* FILLED: where the byte is */
    uint32_t entry;   /* FILLED: the new shadow entry, */
    uint32_t old;     /* and what stood there: if present, the hardware's TLB may hold it */
};

/* The guest's part of a root that it shares with a monitor in the top 64 MB; of one that it has for itself. */
enum { SHADOW_PDES_SHARED = 0xfc000000u >> 22, SHADOW_PDES_ALL = 1024 };

int shadow_init(struct shadow *s, struct machine *guest, struct machine *hardware, struct frames *f,
                unsigned pdes); /* -1: no frames */
/* Of a guest without paging: all RAM at once. */
void shadow_fill_flat(struct shadow *s);
enum shadow_fault shadow_fill(struct shadow *s, gva_t gva, bool write, bool user, struct shadow_report *r);
/* Forgets one page, all of them. The hardware's TLB is the caller's. */
void shadow_invlpg(struct shadow *s, gva_t gva);
void shadow_drop(struct shadow *s);

#endif
