/* SPDX-License-Identifier: MIT */
#include "interp/tlb.h"

#include <stdlib.h>
#include <string.h>

#include "interp/machine.h"

int tlb_init(struct tlb *t, unsigned sets, unsigned ways)
{
    *t = (struct tlb){.sets = sets, .ways = ways};
    t->entry = calloc((size_t)sets * ways, sizeof *t->entry);
    t->next = calloc(sets, sizeof *t->next);
    memset(t->live_line, 0xff, sizeof t->live_line);
    memset(t->live_fetch, 0xff, sizeof t->live_fetch);
    lookaside_clear(t);
    if (t->entry && t->next)
        return 0;
    tlb_destroy(t);
    return -1;
}

void tlb_destroy(struct tlb *t)
{
    free(t->entry);
    free(t->next);
    t->entry = NULL;
    t->next = NULL;
}

/* Takes the lowest bit that is set out of a word: its number. */
static unsigned take_bit(uint64_t *word)
{
    unsigned n = (unsigned)__builtin_ctzll(*word);

    *word &= *word - 1;
    return n;
}

void lookaside_forget_code(struct tlb *t)
{
    for (unsigned i = 0; i < sizeof t->live_fetch / sizeof t->live_fetch[0]; i++)
        while (t->live_fetch[i])
            t->fetch[64 * i + take_bit(&t->live_fetch[i])].tag = LA_NONE;
}

void lookaside_clear(struct tlb *t)
{
    for (unsigned i = 0; i < sizeof t->live_line / sizeof t->live_line[0]; i++)
        while (t->live_line[i]) {
            struct lookaside *l = &t->line[64 * i + take_bit(&t->live_line[i])];

            l->read = l->write = LA_NONE;
        }
    lookaside_forget_code(t);
}

/* What stands for one page in the lookasides goes. */
static void lookaside_drop(struct tlb *t, uint32_t vpn)
{
    uint32_t page = vpn << 12;

    for (unsigned user = 0; user < 2; user++) {
        struct lookaside *l = &t->line[user * LA_LINES + (vpn & (LA_LINES - 1))];
        struct fetch_lookaside *f = &t->fetch[user * XLA_LINES + (vpn & (XLA_LINES - 1))];

        if ((uint32_t)l->read == page || (uint32_t)l->write == page)
            l->read = l->write = LA_NONE;
        if ((uint32_t)f->tag == page)
            f->tag = LA_NONE;
    }
}

void lookaside_no_writes(struct tlb *t, const uint8_t *frame)
{
    for (unsigned i = 0; i < sizeof t->live_line / sizeof t->live_line[0]; i++)
        for (uint64_t left = t->live_line[i]; left;) {
            struct lookaside *l = &t->line[64 * i + take_bit(&left)];

            if (l->write != LA_NONE && l->host + (uint32_t)l->write == (uintptr_t)frame)
                l->write = LA_NONE;
        }
}

static inline void invalidate(struct tlb *t, const struct tlb_entry *e)
{
    size_t i = (size_t)(e - t->entry);

    t->valid[i / 64] &= ~(1ull << i % 64);
}

/* The fetch latch stays: a page that is being executed is consulted again after a flush, not after an eviction. */
void tlb_forget(struct cpu *c, const struct tlb_entry *e)
{
    lookaside_drop(&c->tlb, e->vpn);
    invalidate(&c->tlb, e);
}

void tlb_evict(struct cpu *c, const struct tlb_entry *e)
{
    OBSERVE(c->m, tlb_evict, (uint64_t)e->vpn << 12);
    tlb_forget(c, e);
}

void tlb_empty(struct tlb *t)
{
    for (unsigned i = 0; i < t->sets * t->ways; i += 64)
        t->valid[i / 64] = 0;
    t->rights = t->vpids = 0;
    lookaside_clear(t);
}

/* What a flush is to drop: entries with these tags. */
struct doomed {
    bool any_vpid, any_ept, global_too;
    uint16_t vpid;
    uint32_t ept;
};

static inline bool stays(const struct tlb_entry *e, const struct doomed *d)
{
    return (e->rights & PTE_G && !d->global_too) || (e->vpid != d->vpid && !d->any_vpid) ||
           (e->ept != d->ept && !d->any_ept);
}

/* Does nothing of what the TLB may hold stay? */
static bool all_are_doomed(const struct tlb *t, const struct doomed *d)
{
    return (d->global_too || !(t->rights & PTE_G)) && (d->any_vpid || !(t->vpids | d->vpid)) && d->any_ept;
}

static void drop(struct tlb *t, const struct doomed *d)
{
    for (unsigned first = 0; first < t->sets * t->ways; first += 64)
        for (uint64_t left = t->valid[first / 64]; left;) {
            const struct tlb_entry *e = &t->entry[first + take_bit(&left)];

            if (!stays(e, d))
                invalidate(t, e);
        }
}

/* What stands before the TLB knows no tags. */
static void forget_what_is_near(struct cpu *c)
{
    lookaside_clear(&c->tlb);
    c->fetch.lin = LATCH_EMPTY;
}

static void flush(struct cpu *c, struct doomed d)
{
    struct tlb *t = &c->tlb;

    if (all_are_doomed(t, &d))
        tlb_empty(t);
    else
        drop(t, &d);
    t->flushes++;
    forget_what_is_near(c);
    OBSERVE(c->m, tlb_flush, d.global_too);
}

void tlb_flush(struct cpu *c, bool global_too)
{
    flush(c, (struct doomed){.vpid = c->tlb.vpid, .any_ept = true, .global_too = global_too});
}

void tlb_drop(struct cpu *c, uint32_t lin)
{
    struct tlb_entry *e = tlb_find(&c->tlb, lin);

    if (e)
        tlb_forget(c, e);
}

/* Fragments of a 4 MiB page go together; few guests have any. */
static void drop_large(struct cpu *c, uint16_t vpid, uint32_t lin)
{
    struct tlb *t = &c->tlb;

    for (unsigned i = 0; (t->rights & PTE_PS) && i < t->sets * t->ways; i++) {
        const struct tlb_entry *e = &t->entry[i];

        if (tlb_valid(t, e) && e->rights & PTE_PS && e->vpid == vpid && e->vpn >> 10 == lin >> 22)
            tlb_forget(c, e);
    }
}

static void drop_address(struct cpu *c, uint16_t vpid, uint32_t lin)
{
    struct tlb *t = &c->tlb;

    for (struct tlb_entry *e = tlb_set(t, lin >> 12), *end = e + t->ways; e < end; e++)
        if (e->vpn == lin >> 12 && e->vpid == vpid && tlb_valid(t, e))
            tlb_forget(c, e);
    drop_large(c, vpid, lin);
    c->fetch.lin = LATCH_EMPTY;
    OBSERVE(c->m, tlb_invlpg, lin);
}

void tlb_invlpg(struct cpu *c, uint32_t lin)
{
    drop_address(c, c->tlb.vpid, lin);
}

/* Roots have frame numbers of at most 40 bits, the machine's memory of far fewer: a tag that was cut is of no memory. */
static uint32_t ept_tag(uint64_t eptp)
{
    return eptp ? (uint32_t)(eptp >> 12) + 1 : 0;
}

void tlb_switch(struct cpu *c)
{
    struct tlb *t = &c->tlb;

    tlb_count(c); /* hits so far belong to the old mode */
    if (!t->vpid && !c->vmx.vpid)
        flush(c, (struct doomed){.any_ept = true, .global_too = true});
    t->vpid = c->vmx.vpid;
    t->ept = ept_tag(c->vmx.eptp);
    forget_what_is_near(c);
}

void tlb_invvpid(struct cpu *c, unsigned type, uint16_t vpid, uint32_t lin)
{
    if (type == INVVPID_ADDRESS)
        drop_address(c, vpid, lin);
    else
        flush(c, (struct doomed){.vpid = vpid,
                                 .any_vpid = type == INVVPID_ALL,
                                 .any_ept = true,
                                 .global_too = type != INVVPID_NON_GLOBAL});
}

void tlb_invept(struct cpu *c, unsigned type, uint64_t eptp)
{
    flush(c,
          (struct doomed){.any_vpid = true, .ept = ept_tag(eptp), .any_ept = type == INVEPT_ALL, .global_too = true});
}

uint64_t tlb_hits(const struct cpu *c)
{
    return c->tlb.hits + (cpu_translates(c) ? c->fast_hits - c->tlb.hits_from : 0);
}

void tlb_count(struct cpu *c)
{
    c->tlb.hits = tlb_hits(c);
    c->tlb.hits_from = c->fast_hits;
}
