/* SPDX-License-Identifier: MIT */
/*
 * The TLB that is drawn is the TLB that is used: sets x ways of 4 KiB translations, first in first out within a set, so
 * that a hit changes nothing. A 4 MiB page is cached as the 4 KiB fragments that were touched (SDM Vol. 3, 4.10.2.3
 * allows it); INVLPG of any of its addresses removes all of them (4.10.4.1).
 *
 * In front of it stands the lookaside, a direct-mapped array that holds only what the TLB holds, in the form that one
 * compare can check. It is the host's business: it changes no count and no result.
 */
#ifndef INTERP_TLB_H
#define INTERP_TLB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "interp/paging.h"

struct cpu;

/*
 * Under EPT an entry goes all the way from linear to machine address (a "combined mapping", SDM Vol. 3, "Information That
 * May Be Cached"). Its tags say for whom it was made; only entries of the current tags are found.
 */
struct tlb_entry {
    uint32_t vpn;  /* linear page number */
    uint32_t pfn;  /* physical page number, in the address space of the machine */
    uint32_t ept;  /* tag: frame of the EPT's root + 1; 0: no EPT */
    uint16_t vpid; /* tag: 0 in root operation and where no VPIDs are used */
    /* Of enum pte, as a walk gives them; PTE_D: a store need not walk. EPT may take the right to read, PTE_P, or TLB_X. */
    uint16_t rights;
};
enum { TLB_X = 1 << 9 }; /* instructions may be fetched: a right that the guest's tables do not have */

/*
 * A lookaside line. A tag is a linear page address, or LA_NONE; `host` + linear address is a pointer into RAM. From SEG_CUT
 * on (segment.h) the tag has LA_SYSTEM, with which only accesses of the processor itself look: a program's must see the cut.
 */
struct lookaside {
    uint64_t read, write;
    uintptr_t host;
    uint64_t unused; /* keeps the line at 32 bytes: indexing is a shift */
};

enum { TLB_ENTRIES_MAX = 4096, LA_LINES = 256, XLA_LINES = 64 };
#define LA_NONE UINT64_MAX
#define LA_SYSTEM (1ull << 41)

/* The same for instruction fetch, by page: which decoded code belongs to it. */
struct fetch_lookaside {
    uint64_t tag; /* linear page | code key << 32 */
    struct code_page *code;
};

struct tlb {
    unsigned sets, ways; /* powers of two; sets * ways <= TLB_ENTRIES_MAX */
    struct tlb_entry *entry;
    uint16_t *next; /* by set: the way that is filled next */
    uint32_t ept;   /* the tags of now (tlb_switch()) */
    uint16_t vpid;
    uint64_t valid[TLB_ENTRIES_MAX / 64]; /* a bit for each entry, so that a flush touches none */
    uint16_t rights, vpids;               /* of all entries since it was empty, or'ed: what a flush must look for */
    uint64_t hits, misses, flushes;
    uint64_t hits_from;                  /* fast_hits at the last count (tlb_count()) */
    struct lookaside line[2 * LA_LINES]; /* the supervisor's, then the user's */
    struct fetch_lookaside fetch[2 * XLA_LINES];
    /* A bit for each line that may hold something, so that a flush touches no others. */
    uint64_t live_line[2 * LA_LINES / 64], live_fetch[2];
};

/* sets, ways: powers of two. Returns -1 when out of memory. */
int tlb_init(struct tlb *t, unsigned sets, unsigned ways);
void tlb_destroy(struct tlb *t);

static inline struct tlb_entry *tlb_set(const struct tlb *t, uint32_t vpn)
{
    return &t->entry[(vpn & (t->sets - 1)) * t->ways];
}

static inline bool tlb_valid(const struct tlb *t, const struct tlb_entry *e)
{
    size_t i = (size_t)(e - t->entry);

    return t->valid[i / 64] >> i % 64 & 1;
}

/* The entry for a linear address, or NULL. Counts nothing, changes nothing: for lookups by screens as well. */
static inline struct tlb_entry *tlb_find(const struct tlb *t, uint32_t lin)
{
    uint32_t vpn = lin >> 12;

    for (struct tlb_entry *e = tlb_set(t, vpn), *end = e + t->ways; e < end; e++)
        if (e->vpn == vpn && tlb_valid(t, e) && e->vpid == t->vpid && e->ept == t->ept)
            return e;
    return NULL;
}

/* The entry that a page without one gets: the oldest of its set, which may have to be evicted. */
static inline struct tlb_entry *tlb_oldest(struct tlb *t, uint32_t lin)
{
    uint32_t vpn = lin >> 12;
    uint16_t *next = &t->next[vpn & (t->sets - 1)];
    struct tlb_entry *e = tlb_set(t, vpn) + *next;

    *next = (uint16_t)((*next + 1u) & (t->ways - 1));
    return e;
}

/* Fills an entry that is not valid. The tags are those of now. */
static inline void tlb_fill(struct tlb *t, struct tlb_entry *e, uint32_t lin, uint64_t pa, uint16_t rights)
{
    size_t i = (size_t)(e - t->entry);

    *e = (struct tlb_entry){lin >> 12, (uint32_t)(pa >> 12), t->ept, t->vpid, rights};
    t->rights |= rights;
    t->vpids |= t->vpid;
    t->valid[i / 64] |= 1ull << i % 64;
}

/* An entry goes, and what stands for its page in the lookaside. */
void tlb_forget(struct cpu *c, const struct tlb_entry *e);
void tlb_evict(struct cpu *c, const struct tlb_entry *e);
/* Forgets everything, the lookaside included. No event, no count. */
void tlb_empty(struct tlb *t);
/* The current VPID's entries, of whatever EPT (SDM Vol. 3, "Operations that Invalidate Cached Mappings"). */
void tlb_flush(struct cpu *c, bool global_too);
/* Removes one translation, if present: what a page fault on it does. No event, no count. */
void tlb_drop(struct cpu *c, uint32_t lin);
void tlb_invlpg(struct cpu *c, uint32_t lin);

/*
 * VM entry and exit have changed c->vmx.vpid and .eptp, and with them which entries count. Where no VPID is on either side
 * all that is tagged 0 goes (SDM Vol. 3, "Operations that Invalidate Cached Mappings").
 */
void tlb_switch(struct cpu *c);
/* INVVPID and INVEPT by their types (SDM Vol. 3, "VMX Instructions"). */
enum { INVVPID_ADDRESS, INVVPID_CONTEXT, INVVPID_ALL, INVVPID_NON_GLOBAL };
enum { INVEPT_CONTEXT = 1, INVEPT_ALL };
void tlb_invvpid(struct cpu *c, unsigned type, uint16_t vpid, uint32_t lin);
void tlb_invept(struct cpu *c, unsigned type, uint64_t eptp);

/* The line of the page that `lin` lies in: to be compared and filled. */
static inline struct lookaside *lookaside_line(struct tlb *t, uint32_t lin, bool user)
{
    unsigned n = user * LA_LINES + (lin >> 12 & (LA_LINES - 1));

    t->live_line[n / 64] |= 1ull << n % 64;
    return &t->line[n];
}

static inline unsigned lookaside_fetch_line(uint32_t lin, bool user)
{
    return user * XLA_LINES + (lin >> 12 & (XLA_LINES - 1));
}

static inline const struct fetch_lookaside *lookaside_fetch(const struct tlb *t, uint32_t lin, bool user)
{
    return &t->fetch[lookaside_fetch_line(lin, user)];
}

static inline void lookaside_fetch_fill(struct tlb *t, uint32_t lin, bool user, struct fetch_lookaside l)
{
    unsigned n = lookaside_fetch_line(lin, user);

    t->live_fetch[n / 64] |= 1ull << n % 64;
    t->fetch[n] = l;
}

/* Forgets which code belongs to which page. */
void lookaside_forget_code(struct tlb *t);
/* Empties the lookaside (rights may have changed meaning: CPL stays separate, CR0.WP, AC, a new code page). */
void lookaside_clear(struct tlb *t);
/* No fast stores to this host frame any more: it now holds code, or is traced. */
void lookaside_no_writes(struct tlb *t, const uint8_t *frame);
/* Hits so far, those of the lookaside included. For screens: changes nothing. */
uint64_t tlb_hits(const struct cpu *c);
/* Moves lookaside hits into `hits`, or drops them when paging was off. Call before reading `hits` or changing CR0.PG. */
void tlb_count(struct cpu *c);

#endif
