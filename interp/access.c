/* SPDX-License-Identifier: MIT */
#include "interp/access.h"

#include "interp/block.h"
#include "interp/debugreg.h"
#include "interp/fault.h"
#include "interp/machine.h"
#include "interp/paging.h"
#include "interp/phys.h"
#include "interp/probe.h"
#include "interp/segment.h"

/* Are some bytes watched, by the owner's probes or the guest's breakpoints? */
static inline bool watching(const struct cpu *c)
{
    return !LIKELY(!(c->m->probes || c->breaks.data));
}

/* A page with a watchpoint keeps no line for what is watched; a read-modify-write, which reads, goes by the write tag. */
COLD static void lookaside_watched(const struct cpu *c, struct lookaside *l, uint32_t page)
{
    unsigned kinds = debugreg_kinds(c, page, PAGE_SIZE);

    if (c->m->probes)
        kinds |= probe_kinds(c->m->probes, page, PAGE_SIZE);
    if (kinds & PROBE_READ)
        l->read = LA_NONE;
    if (kinds & (PROBE_READ | PROBE_WRITE))
        l->write = LA_NONE;
}

COLD static void look(struct cpu *c, uint32_t lin, unsigned size, unsigned kinds)
{
    if (c->m->probes)
        probe_touched(c, lin, size, kinds);
    debugreg_touched(c, lin, size, kinds);
}

static inline void touched(struct cpu *c, uint32_t lin, unsigned size, unsigned kinds)
{
    if (watching(c))
        look(c, lin, size, kinds);
}

/* Where something lies: its physical address, and the bytes of its page, or NULL where no RAM answers. */
struct place {
    uint32_t pa;
    uint8_t *page;
};

static inline struct place place_of(const struct cpu *c, uint32_t pa)
{
    return (struct place){pa, phys_page(c->m, pa)};
}

/* Fills a line for the page if it may be used without looking at anything else from now on. */
static inline void lookaside_fill(struct cpu *c, uint32_t lin, struct place at, bool writable, bool user)
{
    struct machine *m = c->m;
    struct lookaside *l;
    uint32_t page = lin & ~(uint32_t)PAGE_OFFSET;

    if (!at.page || m->slow_access)
        return;
    l = lookaside_line(&c->tlb, lin, user);
    l->host = (uintptr_t)at.page - page;
    l->read = page < SEG_CUT ? page : page | LA_SYSTEM;
    l->write = writable && !m->ram->flag[ram_frame_of(m->ram, at.page)] ? l->read : LA_NONE;
    if (watching(c))
        lookaside_watched(c, l, page);
}

/* Does this entry grant the access? D must be set for a write (SDM Vol. 3, 4.10.2.2 and 4.8). */
static inline bool grants(const struct cpu *c, const struct tlb_entry *e, enum access a, bool user)
{
    static const uint16_t right[] = {[TO_READ] = PTE_P, [TO_WRITE] = PTE_D, [TO_FETCH] = TLB_X};
    uint32_t needed = right[a] | (user ? PTE_U : 0) | (a == TO_WRITE && (user || c->cr0 & CR0_WP) ? PTE_W : 0);

    return (e->rights & needed) == needed;
}

/* Where a linear address leads, through the TLB, with all that a fault or a walk entails. */
static ALWAYS_INLINE struct place translate(struct cpu *c, const struct op *o, uint32_t lin, enum access a, bool user)
{
    struct tlb_entry *e;
    struct place at;

    if (!cpu_translates(c)) {
        at = place_of(c, lin);
        lookaside_fill(c, lin, at, true, user);
        return at;
    }
    e = tlb_find(&c->tlb, lin);
    if (e && grants(c, e, a, user))
        c->tlb.hits++;
    else
        e = paging_miss(c, o, lin, a, user, e);
    at = place_of(c, e->pfn << PAGE_SHIFT | (lin & PAGE_OFFSET));
    if (LIKELY(e->rights & PTE_P))
        lookaside_fill(c, lin, at, grants(c, e, TO_WRITE, user), user);
    return at;
}

/* One access that may straddle two pages: where its bytes are. */
static void locate(struct cpu *c, const struct op *o, uint32_t lin, unsigned size, bool write, bool user,
                   struct staged *s)
{
    s->first = PAGE_SIZE - (lin & PAGE_OFFSET);
    if (s->first >= size)
        s->first = size;
    s->pa[0] = translate(c, o, lin, write ? TO_WRITE : TO_READ, user).pa;
    s->pa[1] = s->first < size ? translate(c, o, lin + s->first, write ? TO_WRITE : TO_READ, user).pa : 0;
}

static uint32_t staged_load(struct cpu *c, const struct staged *s, unsigned size)
{
    uint32_t v = phys_load(c->m, s->pa[0], s->first);

    if (s->first < size)
        v |= phys_load(c->m, s->pa[1], size - s->first) << 8 * s->first;
    return v;
}

static void staged_store(struct cpu *c, const struct staged *s, unsigned size, uint32_t v)
{
    phys_store(c->m, s->pa[0], s->first, v);
    if (s->first < size)
        phys_store(c->m, s->pa[1], size - s->first, v >> 8 * s->first);
}

static bool straddles(uint32_t lin, unsigned size)
{
    return (lin & PAGE_OFFSET) + size > PAGE_SIZE;
}

COLD static uint32_t straddling_load(struct cpu *c, const struct op *o, uint32_t lin, unsigned size, bool user)
{
    struct staged s;

    locate(c, o, lin, size, false, user, &s);
    return staged_load(c, &s, size);
}

COLD static void straddling_store(struct cpu *c, const struct op *o, uint32_t lin, unsigned size, bool user, uint32_t v)
{
    struct staged s;

    locate(c, o, lin, size, true, user, &s);
    staged_store(c, &s, size, v);
}

static ALWAYS_INLINE uint32_t linear_load(struct cpu *c, const struct op *o, uint32_t lin, unsigned size, bool user)
{
    struct place at;

    touched(c, lin, size, PROBE_READ); /* forgotten again if it faults */
    if (straddles(lin, size))
        return straddling_load(c, o, lin, size, user);
    at = translate(c, o, lin, TO_READ, user);
    return phys_load_in(c->m, at.page, at.pa, size);
}

static inline void linear_store(struct cpu *c, const struct op *o, uint32_t lin, unsigned size, bool user, uint32_t v)
{
    touched(c, lin, size, PROBE_WRITE);
    if (straddles(lin, size))
        straddling_store(c, o, lin, size, user, v);
    else
        phys_store(c->m, translate(c, o, lin, TO_WRITE, user).pa, size, v);
}

uint32_t load_miss(struct cpu *c, const struct op *o, unsigned seg, uint32_t off, unsigned size)
{
    uint32_t v;

    c->running = o;
    v = linear_load(c, o, segment_linear(c, o, seg, off, size, false), size, c->cpl == 3);
    c->running = NULL;
    block_attention(c, o);
    return v;
}

void store_miss(struct cpu *c, const struct op *o, unsigned seg, uint32_t off, unsigned size, uint32_t v)
{
    c->running = o;
    linear_store(c, o, segment_linear(c, o, seg, off, size, true), size, c->cpl == 3, v);
    c->running = NULL;
    block_attention(c, o);
}

uint8_t *rmw_miss(struct cpu *c, const struct op *o, unsigned seg, uint32_t off, unsigned size)
{
    struct staged *s = &c->staged;
    uint32_t v;

    c->running = o;
    s->lin = segment_linear(c, o, seg, off, size, true);
    locate(c, o, s->lin, size, true, c->cpl == 3, s);
    v = staged_load(c, s, size);
    c->running = NULL;
    memcpy(s->bytes, &v, sizeof v);
    c->staged_op = o;
    return s->bytes;
}

void rmw_commit(struct cpu *c, unsigned size)
{
    uint32_t v;

    memcpy(&v, c->staged.bytes, sizeof v);
    c->running = c->staged_op;
    staged_store(c, &c->staged, size, v);
    c->running = NULL;
    touched(c, c->staged.lin, size, PROBE_READ | PROBE_WRITE);
    block_attention(c, c->staged_op);
}

/* lin_hit() for pages from SEG_CUT on: a monitor's tables and stack. */
static inline bool system_hit(struct cpu *c, uint32_t lin, unsigned size, bool user, int w, uint8_t **p)
{
    const struct lookaside *l = &c->tlb.line[(user ? LA_LINES : 0) + (lin >> PAGE_SHIFT & (LA_LINES - 1))];

    *p = (uint8_t *)(l->host + lin);
    if ((w ? l->write : l->read) != ((((uint64_t)lin + size - 1) & ~(uint64_t)PAGE_OFFSET) | LA_SYSTEM))
        return false;
    c->fast_hits++;
    return true;
}

uint32_t lin_load_miss(struct cpu *c, uint32_t lin, unsigned size, bool user)
{
    uint8_t *p;

    return system_hit(c, lin, size, user, 0, &p) ? bytes_load(p, size) : linear_load(c, NULL, lin, size, user);
}

void lin_store_miss(struct cpu *c, uint32_t lin, unsigned size, bool user, uint32_t v)
{
    uint8_t *p;

    if (system_hit(c, lin, size, user, 1, &p))
        bytes_store(p, size, v);
    else
        linear_store(c, NULL, lin, size, user, v);
}

void lin_probe_write(struct cpu *c, uint32_t lin, unsigned size, bool user)
{
    struct staged s;
    uint8_t *p;

    if (!lin_hit(c, lin, size, user, 1, &p))
        locate(c, NULL, lin, size, true, user, &s);
}

uint32_t lin_translate(struct cpu *c, uint32_t lin, enum access a, bool user)
{
    return translate(c, NULL, lin, a, user).pa;
}

unsigned lin_peek_some(struct machine *m, uint32_t lin, void *to, unsigned n)
{
    uint8_t *out = to;
    unsigned done = 0;

    while (done < n) {
        uint32_t room = PAGE_SIZE - ((lin + done) & PAGE_OFFSET), part = n - done < room ? n - done : room;
        uint64_t pa;

        if (paging_peek(m, lin + done, &pa) || machine_read(m, pa, out + done, part))
            break;
        done += part;
    }
    return done;
}

int lin_peek(struct machine *m, uint32_t lin, void *to, unsigned n)
{
    return lin_peek_some(m, lin, to, n) == n ? 0 : -1;
}
