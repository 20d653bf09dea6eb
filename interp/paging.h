/* SPDX-License-Identifier: MIT */
/*
 * Two-level IA-32 paging (SDM Vol. 3, 4.3), 4 KiB pages and 4 MiB pages (CR4.PSE).
 *
 * One walker, page_walk(), serves the hardware, a monitor that fills its shadow, and the screens that draw it: it returns
 * the walk as data and changes nothing. The hardware then commits the A and D bits of a walk that succeeded.
 */
#ifndef INTERP_PAGING_H
#define INTERP_PAGING_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/addr.h"

struct cpu;
struct machine;
struct op;
struct tlb_entry;

/* Page-directory and page-table entries (SDM Vol. 3, tables 4-4 to 4-6). W and U are also the bits of a #PF's error code. */
enum pte {
    PTE_P = 1 << 0,
    PTE_W = 1 << 1,
    PTE_U = 1 << 2,
    PTE_PWT = 1 << 3,
    PTE_PCD = 1 << 4,
    PTE_A = 1 << 5,
    PTE_D = 1 << 6,
    PTE_PS = 1 << 7, /* directory only, with CR4.PSE: a 4 MiB page */
    PTE_G = 1 << 8   /* with CR4.PGE: survives a CR3 load */
};
#define PTE_FRAME 0xfffff000u
#define PDE_BIG_FRAME 0xffc00000u

/* A tree of tables: how many levels, how many bits of an address pick an entry at each, how many bytes an entry has. */
struct tree {
    unsigned levels, bits, size;
};
#define TREE_IA32 ((struct tree){2, 10, 4})
#define TREE_EPT ((struct tree){4, 9, 8})

/* Where the entry for an address stands in its table of level 0 (the root), 1, ... */
static inline uint64_t tree_entry(struct tree t, uint64_t table, uint64_t address, unsigned level)
{
    unsigned shift = PAGE_SHIFT + t.bits * (t.levels - 1 - level);

    return table + (address >> shift & ((1u << t.bits) - 1)) * t.size;
}

enum { WALK_LEVELS = 2 };

/* One memory reference of a walk. */
struct walk_step {
    uint64_t at;    /* physical address of the entry */
    uint64_t entry; /* as it was read */
};

struct ept_walk;

struct walk {
    uint32_t lin;
    bool write, user;                   /* the access that is asked about */
    struct walk_step step[WALK_LEVELS]; /* [0] directory, [1] table */
    unsigned steps;
    unsigned references; /* to memory: the steps, and under EPT those that led to each of them and to the page */
    bool ok;
    uint32_t error;           /* !ok: the page-fault error code, unless */
    struct ept_walk *refused; /* it was EPT that refused */
    uint64_t pa;              /* ok: of the byte */
    uint32_t rights; /* ok: PTE_W, PTE_U as both levels grant them; PTE_D after this access; PTE_G; PTE_PS: 4 MiB */
};

/*
 * Where a walk reads: a machine's physical memory, and the control registers that matter. With `eptp` the walk has two
 * dimensions (ept.h): each address that the guest's tables give goes through EPT.
 *
 *      cr3 ─EPT─> directory entry ─EPT─> table entry ─EPT─> page
 *        ept[0]                 ept[1]            ept[2]
 */
struct walk_context {
    struct machine *m;
    uint32_t cr0, cr3, cr4;
    uint64_t eptp;
    struct ept_walk *ept; /* with eptp: room for WALK_LEVELS + 1 of them, the page's being ept[steps] */
    bool fetch;           /* the access is an instruction fetch: only EPT makes a difference */
};

/* As its processor walks now. `ept` has room for WALK_LEVELS + 1 walks, or is NULL where the machine is under no EPT. */
struct walk_context walk_context_of(struct machine *m, struct ept_walk *ept);

/* Access rights by SDM Vol. 3, 4.6. Returns w->ok. */
bool page_walk(const struct walk_context *k, uint32_t lin, bool write, bool user, struct walk *w);
/* Sets A on the path and, for a write, D on the page, in memory (SDM Vol. 3, 4.8). Only after a walk that was ok. */
void page_walk_commit(const struct walk_context *k, struct walk *w);

/* What an access is for. */
enum access { TO_READ, TO_WRITE, TO_FETCH };

/*
 * A TLB miss: walks, charges, commits, fills the TLB; or raises #PF as operation `o`, or leaves for the host of a guest under
 * EPT. `again`: the TLB has an entry, which does not grant what is asked for.
 */
struct tlb_entry *paging_miss(struct cpu *c, const struct op *o, uint32_t lin, enum access a, bool user, bool again);

/* A supervisor read's translation by the tables alone, without any effect. 0, or -1 when not mapped. */
int paging_peek(struct machine *m, uint32_t lin, uint64_t *pa);

#endif
