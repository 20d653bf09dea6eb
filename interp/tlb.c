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
    uint64_t page = (uint64_t)vpn << 12;

    for (unsigned user = 0; user < 2; user++) {
        struct lookaside *l = &t->line[user * LA_LINES + (vpn & (LA_LINES - 1))];
        struct fetch_lookaside *f = &t->fetch[user * XLA_LINES + (vpn & (XLA_LINES - 1))];

        if (l->read == page || l->write == page)
            l->read = l->write = LA_NONE;
        if ((uint32_t)f->tag == (uint32_t)page)
            f->tag = LA_NONE;
    }
}

void lookaside_no_writes(struct tlb *t, const uint8_t *frame)
{
    for (unsigned i = 0; i < 2 * LA_LINES; i++) {
        struct lookaside *l = &t->line[i];

        if (l->write != LA_NONE && l->host + (uintptr_t)l->write == (uintptr_t)frame)
            l->write = LA_NONE;
    }
}

/* The fetch latch stays: a page that is being executed is consulted again after a flush, not after an eviction. */
static void forget(struct cpu *c, struct tlb_entry *e)
{
    lookaside_drop(&c->tlb, e->vpn);
    c->tlb.large -= e->large;
    e->valid = false;
}

struct tlb_entry *tlb_insert(struct cpu *c, uint32_t lin, bool again)
{
    struct tlb *t = &c->tlb;
    uint32_t vpn = lin >> 12;
    struct tlb_entry *slot = again ? tlb_find(t, lin) : NULL;
    uint16_t *next = &t->next[vpn & (t->sets - 1)];

    if (!slot) {
        slot = &tlb_set(t, vpn)[*next];
        *next = (uint16_t)((*next + 1u) & (t->ways - 1));
        if (slot->valid)
            OBSERVE(c->m, tlb_evict, (uint64_t)slot->vpn << 12);
    }
    if (slot->valid)
        forget(c, slot);
    t->live[(slot - t->entry) / 64] |= 1ull << (slot - t->entry) % 64;
    return slot;
}

/* Drops what a flush drops of the 64 entries from `first` on. `live`: those that may be valid. */
static void flush_some(struct tlb *t, unsigned first, uint64_t *live, bool global_too)
{
    uint64_t left = *live;

    while (left) {
        struct tlb_entry *e = &t->entry[first + take_bit(&left)];

        if (e->valid && e->global && !global_too)
            continue;
        t->large -= e->valid && e->large;
        e->valid = false;
        *live &= ~(1ull << (e - t->entry) % 64);
    }
}

void tlb_flush(struct cpu *c, bool global_too)
{
    struct tlb *t = &c->tlb;

    for (unsigned first = 0; first < t->sets * t->ways; first += 64)
        flush_some(t, first, &t->live[first / 64], global_too);
    t->flushes++;
    lookaside_clear(t);
    c->fetch.lin = LATCH_EMPTY;
    OBSERVE(c->m, tlb_flush, global_too);
}

void tlb_drop(struct cpu *c, uint32_t lin)
{
    struct tlb_entry *e = tlb_find(&c->tlb, lin);

    if (e)
        forget(c, e);
}

void tlb_invlpg(struct cpu *c, uint32_t lin)
{
    struct tlb *t = &c->tlb;

    tlb_drop(c, lin);
    /* Fragments of a 4 MiB page go together; few guests have any. */
    for (size_t i = 0; t->large && i < (size_t)t->sets * t->ways; i++) {
        struct tlb_entry *e = &t->entry[i];

        if (e->valid && e->large && e->vpn >> 10 == lin >> 22)
            forget(c, e);
    }
    c->fetch.lin = LATCH_EMPTY;
    OBSERVE(c->m, tlb_invlpg, lin);
}

uint64_t tlb_hits(const struct cpu *c)
{
    return c->tlb.hits + (c->cr0 & CR0_PG ? c->fast_hits - c->tlb.hits_from : 0);
}

void tlb_count(struct cpu *c)
{
    c->tlb.hits = tlb_hits(c);
    c->tlb.hits_from = c->fast_hits;
}
