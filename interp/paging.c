/* SPDX-License-Identifier: MIT */
#include "interp/paging.h"

#include "interp/access.h"
#include "interp/bytes.h"
#include "interp/ept.h"
#include "interp/fault.h"
#include "interp/machine.h"
#include "interp/phys.h"

/* Entries are read where RAM answers; elsewhere the bus reads ones. */
static inline uint32_t entry_read(struct machine *m, uint64_t pa)
{
    const uint8_t *page = phys_page(m, pa);

    return page ? bytes_load(page + (pa & PAGE_OFFSET), 4) : UINT32_MAX;
}

/* The n-th address that a guest's tables gave goes through EPT. False: EPT refuses. */
COLD static bool through_ept(const struct walk_context *k, struct walk *w, unsigned n, unsigned access, uint64_t *at)
{
    struct ept_walk *e = &k->ept[n];
    bool ok = ept_walk(k->m, k->eptp, *at, access, e);

    w->references += e->steps;
    if (ok)
        *at = e->pa;
    else
        w->refused = e;
    return ok;
}

static inline bool step(const struct walk_context *k, struct walk *w, unsigned level, uint64_t table)
{
    uint64_t at = tree_entry(TREE_IA32, table, w->lin, level);
    uint32_t entry;

    /* With EPTP_AD reading a guest's table counts as a write (SDM Vol. 3, "Accessed and Dirty Flags for EPT"). */
    if (k->eptp && !through_ept(k, w, level, k->eptp & EPTP_AD ? EPT_R | EPT_W : EPT_R, &at))
        return false;
    entry = entry_read(k->m, at);
    w->step[level] = (struct walk_step){at, entry};
    w->steps = level + 1;
    w->references++;
    return entry & PTE_P;
}

/* The page itself, which may only be EPT's to refuse now. */
static inline bool reach(const struct walk_context *k, struct walk *w)
{
    w->ok = !k->eptp || through_ept(k, w, w->steps, k->fetch ? EPT_X : w->write ? EPT_W : EPT_R, &w->pa);
    return w->ok;
}

/* Without paging a linear address is a guest-physical one, and everything is allowed (SDM Vol. 3, 4.1.1). */
COLD static bool reach_unpaged(const struct walk_context *k, struct walk *w)
{
    w->user_page = w->writable = w->dirty = true;
    w->pa = w->lin;
    return reach(k, w);
}

/* Inline, so that a TLB miss keeps in registers what a screen wants as data. */
static inline __attribute__((always_inline)) bool walk(const struct walk_context *k, uint32_t lin, bool write,
                                                       bool user, struct walk *w)
{
    uint32_t rights, leaf, known = (write ? PF_W : 0) | (user ? PF_U : 0);
    bool wp = user || k->cr0 & CR0_WP;

    *w = (struct walk){.lin = lin, .write = write, .user = user, .error = known};
    if (k->eptp && !(k->cr0 & CR0_PG))
        return reach_unpaged(k, w);
    if (!step(k, w, 0, k->cr3 & PTE_FRAME))
        return false;
    rights = leaf = (uint32_t)w->step[0].entry;
    w->large = (leaf & PTE_PS) && (k->cr4 & CR4_PSE);
    if (!w->large) {
        if (!step(k, w, 1, leaf & PTE_FRAME))
            return false;
        leaf = (uint32_t)w->step[1].entry;
        rights &= leaf; /* both levels must allow */
    }
    w->error = known | PF_P;
    w->user_page = rights & PTE_U;
    w->writable = rights & PTE_W;
    if ((user && !w->user_page) || (write && wp && !w->writable))
        return false;
    w->global = (leaf & PTE_G) && (k->cr4 & CR4_PGE);
    w->dirty = write || (leaf & PTE_D);
    w->pa = w->large ? (leaf & PDE_BIG_FRAME) | (lin & ~PDE_BIG_FRAME) : (leaf & PTE_FRAME) | (lin & PAGE_OFFSET);
    return reach(k, w);
}

struct walk_context walk_context_of(struct machine *m, struct ept_walk *ept)
{
    const struct cpu *c = &m->cpu;

    return (struct walk_context){
        .m = m, .cr0 = c->cr0, .cr3 = c->cr3, .cr4 = c->cr4, .eptp = ept ? c->vmx.eptp : 0, .ept = ept};
}

bool page_walk(const struct walk_context *k, uint32_t lin, bool write, bool user, struct walk *w)
{
    return walk(k, lin, write, user, w);
}

/* What a walk that succeeded sets in the entry of its n-th step. */
static inline uint32_t marks(const struct walk *w, unsigned n)
{
    return PTE_A | (n == w->steps - 1 && w->write ? PTE_D : 0);
}

static inline void commit(const struct walk_context *k, struct walk_step *s, uint32_t set)
{
    if (LIKELY((s->entry & set) == set))
        return;
    s->entry |= set;
    phys_store(k->m, s->at, sizeof(uint32_t), (uint32_t)s->entry);
}

static inline void commit_all(const struct walk_context *k, struct walk *w)
{
    if (w->steps)
        commit(k, &w->step[0], marks(w, 0));
    if (w->steps == WALK_LEVELS)
        commit(k, &w->step[1], marks(w, 1));
    for (unsigned i = 0; k->eptp && i <= w->steps; i++)
        ept_commit(k->m, k->eptp, &k->ept[i]);
}

void page_walk_commit(const struct walk_context *k, struct walk *w)
{
    commit_all(k, w);
}

/* Where A or D must be set, the guest's table has to be writable: such a store is a read and a write. */
COLD static bool ept_lets_mark(const struct walk_context *k, struct walk *w)
{
    for (unsigned i = 0; i < w->steps; i++) {
        struct ept_walk *e = &k->ept[i];

        if ((w->step[i].entry & marks(w, i)) == marks(w, i) || e->rights & EPT_W)
            continue;
        e->access = EPT_R | EPT_W;
        e->outcome = EPT_VIOLATION;
        w->refused = e;
        return false;
    }
    return true;
}

/* The walk has failed, or must not be committed: to the guest's handler, or to its host. */
COLD static noreturn void refuse(struct cpu *c, const struct op *o, const struct walk_context *k, const struct walk *w)
{
    tlb_drop(c, w->lin); /* a stale entry that granted less, or more, goes (SDM Vol. 3, 4.10.4.1) */
    if (w->refused)
        ept_exit(c, o, w->lin, w->refused, w->refused == &k->ept[w->steps]);
    raise_pf(c, o, w->lin, w->error);
}

struct tlb_entry *paging_miss(struct cpu *c, const struct op *o, uint32_t lin, enum access a, bool user, bool again)
{
    struct ept_walk ept[WALK_LEVELS + 1];
    struct walk_context k = {c->m, c->cr0, c->cr3, c->cr4, c->vmx.eptp, ept, a == TO_FETCH};
    const struct ept_walk *page = NULL;
    struct tlb_entry *e;
    struct walk w;

    c->tlb.misses++;
    walk(&k, lin, a == TO_WRITE, user, &w);
    charge(c, ACCOUNT_WALK, (uint64_t)w.references * c->m->cost.walk_ref);
    OBSERVE(c->m, tlb_miss, lin, w.pa, a == TO_WRITE, user, w.references);
    if (!w.ok || (k.eptp && !ept_lets_mark(&k, &w)))
        refuse(c, o, &k, &w);
    commit_all(&k, &w);
    if (k.eptp)
        page = &ept[w.steps];
    c->tlb.large += w.large;
    e = tlb_insert(c, lin, again);
    *e = (struct tlb_entry){.vpn = lin >> PAGE_SHIFT,
                            .pfn = (uint32_t)(w.pa >> PAGE_SHIFT),
                            .ept = c->tlb.ept,
                            .vpid = c->tlb.vpid,
                            .valid = true,
                            .readable = !page || page->rights & EPT_R,
                            .writable = w.writable,
                            .executable = !page || page->rights & EPT_X,
                            .user = w.user_page,
                            .dirty = w.dirty && (!page || ept_writable(k.eptp, page)),
                            .global = w.global,
                            .large = w.large};
    return e;
}

int paging_peek(struct machine *m, uint32_t lin, uint64_t *pa)
{
    struct ept_walk ept[WALK_LEVELS + 1];
    struct walk_context k = walk_context_of(m, ept);
    struct walk w;

    *pa = lin;
    if (!cpu_translates(&m->cpu))
        return 0;
    if (!page_walk(&k, lin, false, false, &w))
        return -1;
    *pa = w.pa;
    return 0;
}
