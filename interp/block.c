/* SPDX-License-Identifier: MIT */
#include "interp/block.h"

#include <stdlib.h>
#include <string.h>

#include "interp/access.h"
#include "interp/debugreg.h"
#include "interp/exec.h"
#include "interp/exec_fused.h"
#include "interp/fault.h"
#include "interp/lower.h"
#include "interp/machine.h"
#include "interp/phys.h"
#include "interp/probe.h"

/* Together 16 MiB, and no more: a machine is its guest's memory and 32 MiB (tests/footprint_test.c). */
enum { POOL_OPS = 1 << 18, CODE_PAGES = 1 << 9, BLOCK_OPS = BLOCK_INSNS * LOWER_MAX + 1 };

struct code_cache *code_cache_create(uint32_t frames)
{
    struct code_cache *k = calloc(1, sizeof *k);

    if (!k)
        return NULL;
    k->pool = calloc(POOL_OPS, sizeof *k->pool);
    k->pages = calloc(CODE_PAGES, sizeof *k->pages); /* touched as they are used */
    k->by_frame = calloc(frames, sizeof *k->by_frame);
    if (k->pool && k->pages && k->by_frame)
        return k;
    code_cache_destroy(k);
    return NULL;
}

void code_cache_destroy(struct code_cache *k)
{
    if (!k)
        return;
    free(k->pool);
    free(k->pages);
    free(k->by_frame);
    free(k);
}

/* Blocks start in decoded bytes only, which are few where data lies beside code. */
static void drop_blocks(struct code_page *p)
{
    for (; p->granules; p->granules &= p->granules - 1)
        memset(&p->slot[__builtin_ctz(p->granules) << GRANULE_SHIFT], 0, sizeof p->slot[0] << GRANULE_SHIFT);
}

/* The first code page of a frame, or NULL. */
static struct code_page *page_of(const struct code_cache *k, uint32_t frame)
{
    return k->by_frame[frame] ? &k->pages[k->by_frame[frame] - 1] : NULL;
}

static bool holds_code(const struct code_cache *k, uint32_t frame)
{
    for (const struct code_page *p = page_of(k, frame); p; p = p->next)
        if (p->granules)
            return true;
    return false;
}

void code_stored(struct ram *r, uint32_t frame, uint32_t offset, uint32_t size)
{
    uint32_t first = offset >> GRANULE_SHIFT, last = (offset + size - 1) >> GRANULE_SHIFT;
    uint32_t touched = UINT32_MAX >> (31 - (last - first)) << first;
    bool dropped = false;

    for (struct code_page *p = page_of(r->code, frame); p; p = p->next)
        if (p->granules & touched) {
            drop_blocks(p);
            dropped = true;
        }
    if (dropped && !holds_code(r->code, frame))
        r->flag[frame] &= (uint8_t)~FRAME_CODE;
    for (unsigned i = 0; dropped && i < RAM_CPUS; i++)
        if (r->cpu[i])
            attention(r->cpu[i]);
}

/* The pool is full: all blocks go; what is running has been copied nowhere, so only the run loop's links matter. */
static void empty_pool(struct code_cache *k)
{
    for (uint32_t i = 0; i < k->pages_used; i++)
        drop_blocks(&k->pages[i]);
    k->used = 0;
    k->generation++;
}

static struct code_page *find_page(struct code_cache *k, uint32_t frame, uint32_t key)
{
    for (struct code_page *p = page_of(k, frame); p; p = p->next)
        if (p->key == key)
            return p;
    return NULL;
}

static struct code_page *add_page(struct code_cache *k, uint32_t frame, uint32_t key)
{
    struct code_page *p = &k->pages[k->pages_used++];

    p->frame = frame;
    p->key = key;
    p->next = page_of(k, frame);
    k->by_frame[frame] = (uint16_t)k->pages_used;
    return p;
}

static struct code_page *page_of_key(struct code_cache *k, uint32_t frame, uint32_t key)
{
    struct code_page *p = find_page(k, frame, key);

    return p ? p : add_page(k, frame, key);
}

/* All code pages are in use: start over, and find the pages again that CPUs stand on. */
static void empty_pages(struct ram *r)
{
    struct code_cache *k = r->code;
    struct {
        uint32_t frame, key;
    } held[RAM_CPUS];

    for (unsigned i = 0; i < RAM_CPUS; i++)
        if (r->cpu[i] && r->cpu[i]->fetch.page) {
            held[i].frame = r->cpu[i]->fetch.page->frame;
            held[i].key = r->cpu[i]->fetch.page->key;
        }
    empty_pool(k);
    for (uint32_t i = 0; i < k->pages_used; i++)
        k->by_frame[k->pages[i].frame] = 0;
    k->pages_used = 0;
    for (unsigned i = 0; i < RAM_CPUS; i++) {
        struct fetch_latch *f = r->cpu[i] ? &r->cpu[i]->fetch : NULL;

        if (!f)
            continue;
        lookaside_forget_code(&r->cpu[i]->tlb);
        if (f->page)
            f->page = page_of_key(k, held[i].frame, held[i].key);
        if (f->code)
            f->code = f->page;
    }
}

/* Does an instruction in this linear page, or at this offset of some page, need the run loop's look? */
static bool page_is_probed(const struct cpu *c, uint32_t page)
{
    return (c->m->probes && probe_in_page(c, page)) || (c->breaks.code && debugreg_in_page(c, page));
}

static bool offset_is_probed(const struct cpu *c, unsigned offset)
{
    return (c->m->probes && probe_at_offset(c->m->probes, offset)) || debugreg_at_offset(c, offset);
}

/* The decoded code of a frame that is seen at a linear page. */
static struct code_page *code_page(struct cpu *c, uint32_t frame, uint32_t page)
{
    struct ram *r = c->m->ram;
    uint32_t key = c->code_key | (page_is_probed(c, page) ? KEY_PROBED : 0);
    struct code_page *p = find_page(r->code, frame, key);

    if (p)
        return p;
    if (r->code->pages_used == CODE_PAGES)
        empty_pages(r);
    return add_page(r->code, frame, key);
}

void block_probes_changed(struct cpu *c)
{
    struct code_cache *k = c->m->ram->code;
    struct code_page *p;

    for (uint32_t i = 0; i < k->pages_used; i++)
        if (k->pages[i].key & KEY_PROBED)
            drop_blocks(&k->pages[i]);
    if (c->fetch.lin != LATCH_EMPTY && c->fetch.page) {
        p = code_page(c, c->fetch.page->frame, c->fetch.lin);
        c->fetch.code = c->fetch.code ? p : NULL;
        c->fetch.page = p;
    }
    attention(c);
}

/* Fetches from the page of `lin`, whose code is `p`, or NULL where no RAM answers: it is the latched one from now on. */
static inline void latch_on(struct cpu *c, uint32_t lin, uint32_t eip, struct code_page *p)
{
    uint32_t eip_base = eip - (lin & PAGE_OFFSET);
    bool whole = eip_base <= UINT32_MAX - PAGE_OFFSET && eip_base + PAGE_OFFSET <= c->seg[CS].limit;

    /* Blocks run only where no instruction of the page needs a limit check. */
    c->fetch = (struct fetch_latch){
        .lin = lin & ~(uint32_t)PAGE_OFFSET, .eip_base = eip_base, .page = p, .code = whole ? p : NULL};
}

/* The TLB is consulted, and the lookaside filled. */
COLD static void latch_miss(struct cpu *c, uint32_t lin, uint32_t eip, uint64_t tag)
{
    bool user = c->cpl == 3;
    struct code_page *p = NULL;
    uint32_t frame;

    c->fetch.lin = LATCH_EMPTY;
    frame = machine_frame(c->m, lin_translate(c, lin, TO_FETCH, user)); /* a fault's CR2 is exact */
    if (frame != NO_FRAME) {
        p = code_page(c, frame, lin & ~(uint32_t)PAGE_OFFSET);
        lookaside_fetch_fill(&c->tlb, lin, user, (struct fetch_lookaside){.tag = tag, .code = p});
    }
    latch_on(c, lin, eip, p);
}

/* Counts as one access, by the lookaside or the TLB. */
static void latch(struct cpu *c, uint32_t lin, uint32_t eip)
{
    const struct fetch_lookaside *l = lookaside_fetch(&c->tlb, lin, c->cpl == 3);
    uint64_t tag = (uint64_t)c->code_key << 32 | (lin & ~(uint32_t)PAGE_OFFSET);

    if (!LIKELY(l->tag == tag)) {
        latch_miss(c, lin, eip, tag);
        return;
    }
    c->fast_hits++;
    latch_on(c, lin, eip, l->code);
}

void fetch_latch(struct cpu *c)
{
    uint32_t lin = c->seg[CS].base + c->eip, page = lin & ~(uint32_t)PAGE_OFFSET;

    if (c->eip > c->seg[CS].limit) {
        debugreg_before_fetch(c);
        raise_fault(c, NULL, VEC_GP, 0);
    }
    if (page != c->fetch.lin) {
        debugreg_before_fetch(c);
        latch(c, lin, c->eip);
    }
}

/* Decodes a block at `off` into the pool. 0: its first instruction leaves the page. */
static uint32_t translate_block(struct cpu *c, struct code_page *p, unsigned off)
{
    struct ram *r = c->m->ram;
    struct code_cache *k = r->code;
    const uint8_t *bytes = ram_frame(r, p->frame);
    unsigned limit = c->m->interpreted ? BLOCK_CYCLES_INTERPRETED - OWN_MAX : BLOCK_CYCLES - OWN_MAX, at = off, first;
    uint16_t sum[2] = {0, 0};
    struct op *o;

    if (k->used + BLOCK_OPS > POOL_OPS)
        empty_pool(k);
    first = k->used;
    o = &k->pool[first];
    for (unsigned n = 0; n < BLOCK_INSNS && sum[0] <= limit && sum[1] <= limit; n++) {
        struct insn i;
        enum decode_result d = at < PAGE_SIZE ? decode(bytes + at, PAGE_SIZE - at, p->key & KEY_D, &i) : DECODE_MORE;

        if (d == DECODE_MORE)
            break;
        if (d == DECODE_OK)
            o += lower(c->m, &i, p->key, (int)at, sum, o);
        else
            lower_fault(d, &i, (int)at, sum, o++);
        if ((p->key & KEY_PROBED) && offset_is_probed(c, at))
            o[-1].fn = h_probe;
        if (n && d == DECODE_OK && (i.e->form == FORM_J8 || i.e->form == FORM_J))
            fuse(o - 2);
        at += i.len;
        if (d != DECODE_OK || (i.e->flags & ISA_ENDS))
            break;
    }
    if (at == off)
        return 0;
    lower_end((int)at, sum, o++);
    k->used = (uint32_t)(o - k->pool);
    for (unsigned g = off >> GRANULE_SHIFT; g <= (at - 1) >> GRANULE_SHIFT; g++)
        p->granules |= 1u << g;
    if (!(r->flag[p->frame] & FRAME_CODE))
        ram_guard(r, p->frame, FRAME_CODE);
    return p->slot[off] = first + 1;
}

const struct op *block_at(struct cpu *c)
{
    struct code_page *p = c->fetch.code;
    unsigned off = c->eip - c->fetch.eip_base;
    uint32_t slot;

    if (!p)
        return NULL;
    slot = p->slot[off];
    if (!slot)
        slot = translate_block(c, p, off);
    return slot ? c->pool + slot : NULL;
}

const struct op *block_chain(struct cpu *c)
{
    if (c->t[0] >= c->soft)
        return NULL;
    fetch_latch(c);
    return c->t[0] < c->soft ? block_at(c) : NULL; /* the fetch may have cost a walk */
}

const struct op *block_link(struct cpu *c, const struct op *o)
{
    uint32_t to = op_next_eip(c, o) + o->imm, generation = c->m->ram->code->generation;
    const struct op *n;
    struct op *from = (struct op *)o;

    if (to > c->seg[CS].limit) { /* the jump itself faults: take its time back */
        c->t[0] -= o->d[0];
        c->t[1] -= o->d[1];
        raise_fault(c, o, VEC_GP, 0);
    }
    c->eip = to;
    if (to - c->fetch.eip_base >= PAGE_SIZE || c->t[0] >= c->soft)
        return block_chain(c);
    n = block_at(c);
    if (n && generation == c->m->ram->code->generation)
        from->target = n;
    return n;
}

/* Bytes of the latched page, for decoding one instruction. Where nobody answers the bus reads ones. */
static void fetch_bytes(const struct cpu *c, uint8_t *to, unsigned off, unsigned n)
{
    if (c->fetch.page)
        memcpy(to, ram_frame(c->m->ram, c->fetch.page->frame) + off, n);
    else
        memset(to, 0xff, n);
}

/* Decodes at c->eip. The second page is fetched from only if the instruction reaches into it, and is latched then. */
static enum decode_result decode_here(struct cpu *c, struct insn *i)
{
    unsigned off = c->eip - c->fetch.eip_base, n = PAGE_SIZE - off;
    uint8_t bytes[INSN_MAX];
    enum decode_result d;

    if (n > INSN_MAX)
        n = INSN_MAX;
    fetch_bytes(c, bytes, off, n);
    d = decode(bytes, n, c->code_key & KEY_D, i);
    if (d != DECODE_MORE)
        return d;
    if ((uint64_t)c->eip + n > c->seg[CS].limit)
        raise_fault(c, NULL, VEC_GP, 0);
    latch(c, c->fetch.lin + PAGE_SIZE, c->fetch.eip_base + PAGE_SIZE);
    fetch_bytes(c, bytes + n, 0, INSN_MAX - n);
    return decode(bytes, INSN_MAX, c->code_key & KEY_D, i);
}

const struct op *block_single(struct cpu *c)
{
    uint16_t sum[2] = {0, 0};
    struct insn i;
    enum decode_result d = decode_here(c, &i);
    int off = (int)(c->eip - c->fetch.eip_base);
    unsigned n = 1;

    if (d == DECODE_OK && (uint64_t)c->eip + i.len - 1 > c->seg[CS].limit)
        raise_fault(c, NULL, VEC_GP, 0);
    if (d == DECODE_OK)
        n = lower(c->m, &i, c->code_key, off, sum, c->step_op);
    else
        lower_fault(d, &i, off, sum, c->step_op);
    lower_end(off + i.len, sum, &c->step_op[n]);
    return c->step_op;
}

void block_leave_after(struct cpu *c, const struct op *o)
{
    struct op *next;

    if (!o || c->patched || (o >= c->step_op && o < c->step_op + LOWER_MAX + 1))
        return;
    next = (struct op *)o + 1;
    c->patched = next;
    c->patched_fn = next->fn;
    next->fn = h_attention;
}

void block_unpatch(struct cpu *c)
{
    if (c->patched)
        c->patched->fn = c->patched_fn;
    c->patched = NULL;
}
