/* SPDX-License-Identifier: MIT */
#include "interp/paging.h"

#include "interp/access.h"
#include "interp/bytes.h"
#include "interp/fault.h"
#include "interp/machine.h"
#include "interp/phys.h"

/* Entries are read where RAM answers; elsewhere the bus reads ones. */
static inline uint32_t entry_read(struct machine *m, uint64_t pa)
{
    const uint8_t *page = phys_page(m, pa);

    return page ? bytes_load(page + (pa & PAGE_OFFSET), 4) : UINT32_MAX;
}

static inline bool step(const struct walk_context *k, struct walk *w, unsigned level, uint64_t at)
{
    uint32_t entry = entry_read(k->m, at);

    w->step[level] = (struct walk_step){at, entry};
    w->steps = level + 1;
    return entry & PTE_P;
}

/* Inline, so that a TLB miss keeps in registers what a screen wants as data. */
static inline __attribute__((always_inline)) bool walk(const struct walk_context *k, uint32_t lin, bool write,
                                                       bool user, struct walk *w)
{
    uint32_t rights, leaf, known = (write ? PF_W : 0) | (user ? PF_U : 0);
    bool wp = user || k->cr0 & CR0_WP;

    *w = (struct walk){.lin = lin, .write = write, .user = user, .error = known};
    if (!step(k, w, 0, (k->cr3 & PTE_FRAME) | lin >> 22 << 2))
        return false;
    rights = leaf = w->step[0].entry;
    w->large = (leaf & PTE_PS) && (k->cr4 & CR4_PSE);
    if (!w->large) {
        if (!step(k, w, 1, (leaf & PTE_FRAME) | (lin >> 12 & 0x3ff) << 2))
            return false;
        leaf = w->step[1].entry;
        rights &= leaf; /* both levels must allow */
    }
    w->error = known | PF_P;
    w->user_page = rights & PTE_U;
    w->writable = rights & PTE_W;
    if ((user && !w->user_page) || (write && wp && !w->writable))
        return false;
    w->ok = true;
    w->global = (leaf & PTE_G) && (k->cr4 & CR4_PGE);
    w->dirty = write || (leaf & PTE_D);
    w->pa = w->large ? (leaf & PDE_BIG_FRAME) | (lin & ~PDE_BIG_FRAME) : (leaf & PTE_FRAME) | (lin & PAGE_OFFSET);
    return true;
}

bool page_walk(const struct walk_context *k, uint32_t lin, bool write, bool user, struct walk *w)
{
    return walk(k, lin, write, user, w);
}

static inline void commit(const struct walk_context *k, struct walk_step *s, uint32_t set)
{
    if (LIKELY((s->entry & set) == set))
        return;
    s->entry |= set;
    phys_store(k->m, s->at, sizeof s->entry, s->entry);
}

static inline void commit_all(const struct walk_context *k, struct walk *w)
{
    uint32_t leaf = PTE_A | (w->write ? PTE_D : 0);

    commit(k, &w->step[0], w->large ? leaf : PTE_A);
    if (!w->large)
        commit(k, &w->step[1], leaf);
}

void page_walk_commit(const struct walk_context *k, struct walk *w)
{
    commit_all(k, w);
}

struct tlb_entry *paging_miss(struct cpu *c, const struct op *o, uint32_t lin, bool write, bool user, bool again)
{
    struct walk_context k = {c->m, c->cr0, c->cr3, c->cr4};
    struct tlb_entry *e;
    struct walk w;

    c->tlb.misses++;
    walk(&k, lin, write, user, &w);
    charge(c, ACCOUNT_WALK, (uint64_t)w.steps * c->m->cost.walk_ref);
    OBSERVE(c->m, tlb_miss, lin, w.pa, write, user, w.steps);
    if (!w.ok) {
        tlb_drop(c, lin); /* a stale entry that granted less, or more, goes (SDM Vol. 3, 4.10.4.1) */
        raise_pf(c, o, lin, w.error);
    }
    commit_all(&k, &w);
    c->tlb.large += w.large;
    e = tlb_insert(c, lin, again);
    *e = (struct tlb_entry){.vpn = lin >> PAGE_SHIFT,
                            .pfn = (uint32_t)(w.pa >> PAGE_SHIFT),
                            .valid = true,
                            .writable = w.writable,
                            .user = w.user_page,
                            .dirty = w.dirty,
                            .global = w.global,
                            .large = w.large};
    return e;
}

int paging_peek(struct machine *m, uint32_t lin, uint64_t *pa)
{
    const struct cpu *c = &m->cpu;
    struct walk_context k = {m, c->cr0, c->cr3, c->cr4};
    struct walk w;

    *pa = lin;
    if (!(c->cr0 & CR0_PG))
        return 0;
    if (!page_walk(&k, lin, false, false, &w))
        return -1;
    *pa = w.pa;
    return 0;
}
