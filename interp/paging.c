/* SPDX-License-Identifier: MIT */
#include "interp/paging.h"

#include "interp/access.h"
#include "interp/bytes.h"
#include "interp/ept.h"
#include "interp/fault.h"
#include "interp/machine.h"
#include "interp/phys.h"

_Static_assert(PTE_P == (int)PF_P && PTE_W == (int)PF_W && PTE_U == (int)PF_U,
               "what is asked for, in a #PF's error code");

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
    w->rights = PTE_P | PTE_W | PTE_U | PTE_D;
    w->pa = w->lin;
    return reach(k, w);
}

/* Inline, so that a TLB miss keeps in registers what a screen wants as data. */
static ALWAYS_INLINE bool walk(const struct walk_context *k, uint32_t lin, bool write, bool user, struct walk *w)
{
    uint32_t asked = (write ? PTE_W : 0) | (user ? PTE_U : 0), both, leaf;
    uint32_t needed = user || k->cr0 & CR0_WP ? asked : asked & ~(uint32_t)PTE_W;
    bool large;

    *w = (struct walk){.lin = lin, .write = write, .user = user, .error = asked};
    if (k->eptp && !(k->cr0 & CR0_PG))
        return reach_unpaged(k, w);
    if (!step(k, w, 0, k->cr3 & PTE_FRAME))
        return false;
    both = leaf = (uint32_t)w->step[0].entry;
    large = (leaf & PTE_PS) && (k->cr4 & CR4_PSE);
    if (!large) {
        if (!step(k, w, 1, leaf & PTE_FRAME))
            return false;
        leaf = (uint32_t)w->step[1].entry;
        both &= leaf;
    }
    w->rights = (both & (PTE_P | PTE_W | PTE_U)) | (leaf & PTE_D) | (write ? PTE_D : 0) |
                (k->cr4 & CR4_PGE ? leaf & PTE_G : 0) | (large ? PTE_PS : 0);
    w->error |= PTE_P;
    if ((both & needed) != needed)
        return false;
    w->pa = large ? (leaf & PDE_BIG_FRAME) | (lin & ~PDE_BIG_FRAME) : (leaf & PTE_FRAME) | (lin & PAGE_OFFSET);
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

static inline void charge_walk(struct cpu *c, unsigned references)
{
    charge(c, ACCOUNT_WALK, (uint64_t)references * c->m->cost.walk_ref);
}

/* A walk failed. Its arguments fit in registers, so that one that succeeds need not lie in memory. */
COLD static noreturn void page_fault(struct cpu *c, const struct op *o, uint32_t lin, unsigned references,
                                     uint32_t error, bool again)
{
    charge_walk(c, references);
    OBSERVE(c->m, tlb_miss, lin, 0, (error & PF_W) != 0, (error & PF_U) != 0, references);
    if (again)
        tlb_drop(c, lin); /* a stale entry that granted less, or more, goes (SDM Vol. 3, 4.10.4.1) */
    raise_pf(c, o, lin, error);
}

COLD static noreturn void to_host(struct cpu *c, const struct op *o, const struct walk_context *k, const struct walk *w)
{
    tlb_drop(c, w->lin);
    ept_exit(c, o, w->lin, w->refused, w->refused == &k->ept[w->steps]);
}

/* What EPT leaves of the guest's rights. */
COLD static uint32_t ept_rights(const struct walk_context *k, const struct walk *w)
{
    const struct ept_walk *page = &k->ept[w->steps];

    return w->rights & ~((page->rights & EPT_R ? 0 : PTE_P) | (page->rights & EPT_X ? 0 : TLB_X) |
                         (ept_writable(k->eptp, page) ? 0 : PTE_D));
}

COLD static struct tlb_entry *forget_same(struct cpu *c, uint32_t lin)
{
    struct tlb_entry *e = tlb_find(&c->tlb, lin);

    tlb_forget(c, e);
    return e;
}

/* Compiled twice: with EPT, and without. */
static ALWAYS_INLINE struct tlb_entry *miss(struct cpu *c, const struct op *o, uint32_t lin, enum access a, bool user,
                                            bool again, struct ept_walk *ept)
{
    struct walk_context k = {c->m, c->cr0, c->cr3, c->cr4, ept ? c->vmx.eptp : 0, ept, a == TO_FETCH};
    struct tlb_entry *e;
    struct walk w;

    c->tlb.misses++;
    if (!walk(&k, lin, a == TO_WRITE, user, &w) && !w.refused)
        page_fault(c, o, lin, w.references, w.error, again);
    charge_walk(c, w.references);
    OBSERVE(c->m, tlb_miss, lin, w.pa, a == TO_WRITE, user, w.references);
    if (k.eptp && (w.refused || !ept_lets_mark(&k, &w)))
        to_host(c, o, &k, &w);
    commit_all(&k, &w);
    w.rights |= TLB_X;
    if (k.eptp)
        w.rights = ept_rights(&k, &w);
    e = again ? forget_same(c, lin) : tlb_oldest(&c->tlb, lin);
    if (tlb_valid(&c->tlb, e))
        tlb_evict(c, e);
    tlb_fill(&c->tlb, e, lin, w.pa, (uint16_t)w.rights);
    return e;
}

COLD static struct tlb_entry *miss_under_ept(struct cpu *c, const struct op *o, uint32_t lin, enum access a, bool user,
                                             bool again)
{
    struct ept_walk ept[WALK_LEVELS + 1];

    return miss(c, o, lin, a, user, again, ept);
}

struct tlb_entry *paging_miss(struct cpu *c, const struct op *o, uint32_t lin, enum access a, bool user, bool again)
{
    if (c->vmx.eptp)
        return miss_under_ept(c, o, lin, a, user, again);
    return miss(c, o, lin, a, user, again, NULL);
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
