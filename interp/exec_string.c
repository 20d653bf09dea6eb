/* SPDX-License-Identifier: MIT */
/*
 * String instructions (SDM Vol. 1, 7.3.9). With a REP prefix each iteration is an instruction boundary: time is counted,
 * registers are up to date, and an interrupt or a fault in the middle restarts at the next iteration.
 */
#include "interp/decode.h"
#include "interp/io.h"
#include "interp/vmx_insn.h"

/* The registers of a string instruction at its address size. */
static inline uint32_t offset(const struct cpu *c, const struct op *o, unsigned r)
{
    return o->addr16 ? c->r[r] & 0xffff : c->r[r];
}

static inline void advance(struct cpu *c, const struct op *o, unsigned r, unsigned size)
{
    uint32_t by = c->eflags & FL_DF ? 0u - size : size;

    if (o->addr16)
        *reg16(c, r) = (uint16_t)(c->r[r] + by);
    else
        c->r[r] += by;
}

/* What an exit by INS or OUTS tells of it; both have begun (STRING_PORT). */
static inline unsigned string_of(const struct op *o)
{
    return VMX_IO_STRING | (o->rep ? VMX_IO_REP : 0);
}

/* One iteration each; faults as operation `at`. Nothing changes before the last access has succeeded. */
#define ELEMENT(name) static inline void name(struct cpu *c, const struct op *o, const struct op *at)
#define DEFINE_ELEMENTS(bits)                                                                                          \
    ELEMENT(movs##bits)                                                                                                \
    {                                                                                                                  \
        store##bits(c, at, ES, offset(c, o, EDI), load##bits(c, at, o->seg, offset(c, o, ESI)));                       \
        advance(c, o, ESI, bits / 8);                                                                                  \
        advance(c, o, EDI, bits / 8);                                                                                  \
    }                                                                                                                  \
    ELEMENT(stos##bits)                                                                                                \
    {                                                                                                                  \
        store##bits(c, at, ES, offset(c, o, EDI), *reg##bits(c, EAX));                                                 \
        advance(c, o, EDI, bits / 8);                                                                                  \
    }                                                                                                                  \
    ELEMENT(lods##bits)                                                                                                \
    {                                                                                                                  \
        *reg##bits(c, EAX) = load##bits(c, at, o->seg, offset(c, o, ESI));                                             \
        advance(c, o, ESI, bits / 8);                                                                                  \
    }                                                                                                                  \
    ELEMENT(cmps##bits)                                                                                                \
    {                                                                                                                  \
        uint##bits##_t a = load##bits(c, at, o->seg, offset(c, o, ESI));                                               \
        uint##bits##_t b = load##bits(c, at, ES, offset(c, o, EDI));                                                   \
        flags_sub(c, a, b, (uint##bits##_t)(a - b), bits);                                                             \
        advance(c, o, ESI, bits / 8);                                                                                  \
        advance(c, o, EDI, bits / 8);                                                                                  \
    }                                                                                                                  \
    ELEMENT(scas##bits)                                                                                                \
    {                                                                                                                  \
        uint##bits##_t a = *reg##bits(c, EAX), b = load##bits(c, at, ES, offset(c, o, EDI));                           \
        flags_sub(c, a, b, (uint##bits##_t)(a - b), bits);                                                             \
        advance(c, o, EDI, bits / 8);                                                                                  \
    }                                                                                                                  \
    /* The destination must be writable before the port is read: reading may change the device. */                     \
    ELEMENT(ins##bits)                                                                                                 \
    {                                                                                                                  \
        uint8_t *p;                                                                                                    \
        io_check(c, at, *reg16(c, EDX), bits / 8);                                                                     \
        vmx_io(c, o, *reg16(c, EDX), bits / 8, VMX_IO_IN | string_of(o));                                              \
        (void)rmw##bits(c, at, ES, offset(c, o, EDI), &p);                                                             \
        rmw_done##bits(c, p, (uint##bits##_t)io_in(c, *reg16(c, EDX), bits / 8));                                      \
        advance(c, o, EDI, bits / 8);                                                                                  \
    }                                                                                                                  \
    ELEMENT(outs##bits)                                                                                                \
    {                                                                                                                  \
        uint##bits##_t v;                                                                                              \
        io_check(c, at, *reg16(c, EDX), bits / 8);                                                                     \
        vmx_io(c, o, *reg16(c, EDX), bits / 8, string_of(o));                                                          \
        v = load##bits(c, at, o->seg, offset(c, o, ESI));                                                              \
        io_out(c, *reg16(c, EDX), bits / 8, v);                                                                        \
        advance(c, o, ESI, bits / 8);                                                                                  \
    }

DEFINE_ELEMENTS(8)
DEFINE_ELEMENTS(16)
DEFINE_ELEMENTS(32)

/*
 * The part of REP MOVS or REP STOS that stays within one page of source and destination, both in the lookaside, runs on
 * the host's memory; each element counts as the accesses it stands for. Returns how many elements were done.
 */
static uint32_t bulk(struct cpu *c, const struct op *o, unsigned size, uint32_t count, bool copy)
{
    uint8_t *from = NULL, *to;
    uint32_t si = offset(c, o, ESI), di = offset(c, o, EDI), room;

    if (c->eflags & FL_DF || o->addr16 || !hit(c, ES, di, 1, 1, &to) || (copy && !hit(c, o->seg, si, 1, 0, &from)))
        return 0;
    room = PAGE_SIZE - ((uint32_t)(c->seg[ES].base + di) & PAGE_OFFSET);
    if (copy) {
        uint32_t left = PAGE_SIZE - ((uint32_t)(c->seg[o->seg].base + si) & PAGE_OFFSET);

        room = left < room ? left : room;
    }
    count = room / size < count ? room / size : count;
    if (copy && from < to && from + (size_t)count * size > to)
        return 0; /* the copy would read what it wrote: element by element */
    if (copy) {
        memmove(to, from, (size_t)count * size);
        c->r[ESI] += count * size;
    } else {
        for (uint32_t i = 0; i < count; i++)
            memcpy(to + (size_t)i * size, &c->r[EAX], size);
    }
    c->r[EDI] += count * size;
    c->fast_hits += copy ? 2ull * count : count;
    return count;
}

/* TF traps after each iteration (SDM Vol. 3, 18.3.1.4). One that straddles two pages is fetched anew for each. */
static inline bool one_at_a_time(const struct cpu *c, const struct op *o)
{
    return c->stepping || (c->eflags & FL_TF) || o->off < 0;
}

/* Iterations without a walk that fit before the run loop must have control; at least one. */
static uint32_t chunk(const struct cpu *c, const struct op *o, uint32_t count)
{
    uint64_t left = c->deadline > c->t[0] ? c->deadline - c->t[0] : 1;
    uint32_t own = c->m->clock_insns ? 1 : o->own;

    if (one_at_a_time(c, o))
        return 1;
    left = (left + own - 1) / own;
    return left < count ? (uint32_t)left : count;
}

typedef void element(struct cpu *c, const struct op *o, const struct op *at);

static inline void set_count(struct cpu *c, const struct op *o, uint32_t count)
{
    if (o->addr16)
        *reg16(c, ECX) = (uint16_t)count;
    else
        c->r[ECX] = count;
}

/*
 * All that surrounds the elements. `goes_on`: what ZF must be for REPE and REPNE to go on, or -1. Returns the next
 * operation, or NULL for the run loop, with EIP and time right.
 */
static inline const struct op *repeat(struct cpu *c, const struct op *o, element *one, unsigned bulk_size, bool copy,
                                      int goes_on)
{
    uint32_t count = offset(c, o, ECX);

    begin(c, o);
    if (count == 0)
        return finish(c, o);
    do {
        uint32_t done = bulk_size ? bulk(c, o, bulk_size, chunk(c, o, count), copy) : 0;

        if (!done) {
            one(c, o, NULL); /* a fault here finds EIP and time at this iteration */
            done = 1;
        }
        count -= done;
        set_count(c, o, count);
        c->t[c->m->clock_insns] += (uint64_t)done * o->own;
        c->t[!c->m->clock_insns] += done;
        if (count == 0 || (goes_on >= 0 && (int)flag_zf(c) != goes_on)) {
            c->eip += o->len;
            return block_chain(c);
        }
        /* Time may have passed in walks too, and a device, a deadline or changed code may have called for attention. */
    } while (!one_at_a_time(c, o) && c->soft != 0 && c->t[0] < c->deadline);
    c->mid_rep = true;
    if (c->breaks.code) /* what comes in between finds RF set, so that the breakpoint is not met again (18.3.1.1) */
        cpu_set_eflags(c, cpu_eflags(c) | FL_RF);
    return NULL;
}

/* Without a prefix the instruction is like any other; INS and OUTS leave the block, for their devices' sake. */
#define STRING(name, bits, bulk_size, copy, goes_on)                                                                   \
    HANDLER(h_##name##bits)                                                                                            \
    {                                                                                                                  \
        if (o->rep) {                                                                                                  \
            const struct op *n = repeat(c, o, name##bits, bulk_size, copy, goes_on);                                   \
            if (!n)                                                                                                    \
                LEAVE;                                                                                                 \
            GO(n);                                                                                                     \
        }                                                                                                              \
        name##bits(c, o, o);                                                                                           \
        NEXT;                                                                                                          \
    }

#define STRING_PORT(name, bits)                                                                                        \
    HANDLER(h_##name##bits)                                                                                            \
    {                                                                                                                  \
        const struct op *n;                                                                                            \
                                                                                                                       \
        if (!o->rep) {                                                                                                 \
            begin(c, o);                                                                                               \
            name##bits(c, o, NULL);                                                                                    \
            return finish(c, o);                                                                                       \
        }                                                                                                              \
        n = repeat(c, o, name##bits, 0, false, -1);                                                                    \
        if (!n)                                                                                                        \
            LEAVE;                                                                                                     \
        GO(n);                                                                                                         \
    }

#define ALL_STRINGS(bits)                                                                                              \
    STRING(movs, bits, bits / 8, true, -1)                                                                             \
    STRING(stos, bits, bits / 8, false, -1)                                                                            \
    STRING(lods, bits, 0, false, -1)                                                                                   \
    STRING(cmps, bits, 0, false, o->rep == REP_E)                                                                      \
    STRING(scas, bits, 0, false, o->rep == REP_E)                                                                      \
    STRING_PORT(ins, bits)                                                                                             \
    STRING_PORT(outs, bits)

ALL_STRINGS(8)
ALL_STRINGS(16)
ALL_STRINGS(32)
