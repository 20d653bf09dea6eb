/* SPDX-License-Identifier: MIT */
/*
 * Loads and stores of instructions: segment:offset -> linear -> physical. The hit is here, inline: one compare with the
 * lookaside, one add to a host pointer. Everything else (segment checks, TLB, walks, faults, open bus, code pages,
 * accesses that straddle pages) is a miss and lives in access.c.
 */
#ifndef INTERP_ACCESS_H
#define INTERP_ACCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "interp/addr.h"
#include "interp/bytes.h"
#include "interp/machine.h"
#include "interp/op.h"
#include "interp/paging.h"

#define LIKELY(x) __builtin_expect(!!(x), 1)
/* Kept out of its callers, whose common way then needs fewer registers. */
#define COLD __attribute__((noinline, cold))
#define ALWAYS_INLINE inline __attribute__((always_inline))

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "guest memory is accessed in place: little-endian hosts only");

/* The slow paths. They raise faults as instruction `o`. */
uint32_t load_miss(struct cpu *c, const struct op *o, unsigned seg, uint32_t off, unsigned size);
void store_miss(struct cpu *c, const struct op *o, unsigned seg, uint32_t off, unsigned size, uint32_t v);
uint8_t *rmw_miss(struct cpu *c, const struct op *o, unsigned seg, uint32_t off, unsigned size);
void rmw_commit(struct cpu *c, unsigned size);

/* No further block shall be entered; block_attention() sees to it that the running one ends as well. */
static inline void attention(struct cpu *c)
{
    c->soft = 0;
}

/* Books simulated cycles beyond an instruction's own; calls for attention if the deadline comes near. */
static inline void charge(struct cpu *c, enum account a, uint64_t cycles)
{
    c->t[c->m->clock_insns] += cycles;
    c->m->by[a] += cycles;
    if (c->t[0] >= c->soft)
        attention(c);
}

/* The line an access would use, and whether it may: `w` is 1 for writes. */
static inline bool hit(struct cpu *c, unsigned seg, uint32_t off, unsigned size, int w, uint8_t **p)
{
    uint64_t lin = c->seg[seg].fast[w] + off;
    const struct lookaside *l = &c->la[lin >> PAGE_SHIFT & (LA_LINES - 1)];

    *p = (uint8_t *)(l->host + (uintptr_t)lin);
    return LIKELY((w ? l->write : l->read) == ((lin + size - 1) & ~(uint64_t)PAGE_OFFSET));
}

#define DEFINE_ACCESS(bits, type)                                                                                      \
    static inline type load##bits(struct cpu *c, const struct op *o, unsigned seg, uint32_t off)                       \
    {                                                                                                                  \
        uint8_t *p;                                                                                                    \
        type v;                                                                                                        \
                                                                                                                       \
        if (!hit(c, seg, off, sizeof v, 0, &p))                                                                        \
            return (type)load_miss(c, o, seg, off, sizeof v);                                                          \
        c->fast_hits++;                                                                                                \
        memcpy(&v, p, sizeof v);                                                                                       \
        return v;                                                                                                      \
    }                                                                                                                  \
    static inline void store##bits(struct cpu *c, const struct op *o, unsigned seg, uint32_t off, type v)              \
    {                                                                                                                  \
        uint8_t *p;                                                                                                    \
                                                                                                                       \
        if (!hit(c, seg, off, sizeof v, 1, &p)) {                                                                      \
            store_miss(c, o, seg, off, sizeof v, v);                                                                   \
            return;                                                                                                    \
        }                                                                                                              \
        c->fast_hits++;                                                                                                \
        memcpy(p, &v, sizeof v);                                                                                       \
    }                                                                                                                  \
    /* A read-modify-write: the bytes to work on, and then rmw_done() with the same pointer. */                        \
    static inline type rmw##bits(struct cpu *c, const struct op *o, unsigned seg, uint32_t off, uint8_t **p)           \
    {                                                                                                                  \
        type v;                                                                                                        \
                                                                                                                       \
        if (hit(c, seg, off, sizeof v, 1, p))                                                                          \
            c->fast_hits++;                                                                                            \
        else                                                                                                           \
            *p = rmw_miss(c, o, seg, off, sizeof v);                                                                   \
        memcpy(&v, *p, sizeof v);                                                                                      \
        return v;                                                                                                      \
    }                                                                                                                  \
    static inline void rmw_done##bits(struct cpu *c, uint8_t *p, type v)                                               \
    {                                                                                                                  \
        memcpy(p, &v, sizeof v);                                                                                       \
        if (!LIKELY(p != c->staged.bytes))                                                                             \
            rmw_commit(c, sizeof v);                                                                                   \
    }

DEFINE_ACCESS(8, uint8_t)
DEFINE_ACCESS(16, uint16_t)
DEFINE_ACCESS(32, uint32_t)
#undef DEFINE_ACCESS

/* The lookaside's answer for an access of the processor itself, as hit() gives it for an instruction's. */
static inline bool lin_hit(struct cpu *c, uint32_t lin, unsigned size, bool user, int w, uint8_t **p)
{
    const struct lookaside *l = &c->tlb.line[(user ? LA_LINES : 0) + (lin >> PAGE_SHIFT & (LA_LINES - 1))];

    *p = (uint8_t *)(l->host + lin);
    if (!LIKELY((w ? l->write : l->read) == (((uint64_t)lin + size - 1) & ~(uint64_t)PAGE_OFFSET)))
        return false;
    c->fast_hits++;
    return true;
}

uint32_t lin_load_miss(struct cpu *c, uint32_t lin, unsigned size, bool user);
void lin_store_miss(struct cpu *c, uint32_t lin, unsigned size, bool user, uint32_t v);

/*
 * Access by the processor itself (descriptor tables, TSS, stacks of an event's delivery): linear, at the given privilege.
 * Sizes 1, 2, 4; may straddle pages.
 */
static inline uint32_t lin_load(struct cpu *c, uint32_t lin, unsigned size, bool user)
{
    uint8_t *p;

    return lin_hit(c, lin, size, user, 0, &p) ? bytes_load(p, size) : lin_load_miss(c, lin, size, user);
}

/* The two words of a descriptor: two accesses, which one look answers for. */
static inline void lin_load_pair(struct cpu *c, uint32_t lin, uint32_t *lo, uint32_t *hi)
{
    uint8_t *p;

    if (lin_hit(c, lin, 8, false, 0, &p)) {
        c->fast_hits++;
        *lo = bytes_load(p, 4);
        *hi = bytes_load(p + 4, 4);
        return;
    }
    *lo = lin_load(c, lin, 4, false);
    *hi = lin_load(c, lin + 4, 4, false);
}

static inline void lin_store(struct cpu *c, uint32_t lin, unsigned size, bool user, uint32_t v)
{
    uint8_t *p;

    if (lin_hit(c, lin, size, user, 1, &p))
        bytes_store(p, size, v);
    else
        lin_store_miss(c, lin, size, user, v);
}

/* Checks that all bytes could be written, so that a later lin_store() cannot fault. */
void lin_probe_write(struct cpu *c, uint32_t lin, unsigned size, bool user);

/* The physical address, counted and checked as an access of one byte. */
uint32_t lin_translate(struct cpu *c, uint32_t lin, enum access a, bool user);

/* For screens and tools: no counts, no A bits, no faults. 0, or -1 when not mapped. */
int lin_peek(struct machine *m, uint32_t lin, void *to, unsigned n);
/* As many bytes as are mapped, up to n: returns how many. */
unsigned lin_peek_some(struct machine *m, uint32_t lin, void *to, unsigned n);

#endif
