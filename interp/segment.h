/* SPDX-License-Identifier: MIT */
/*
 * Segmentation (SDM Vol. 3, chapters 3 and 5): descriptors, their checks, the hidden parts. All functions that take no
 * operation work for the instruction at c->eip, whose time up to now has been added (begin() in exec.h).
 */
#ifndef INTERP_SEGMENT_H
#define INTERP_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/cpu.h"

/*
 * Linear addresses from here on never go the fast way. A monitor that keeps them for itself cuts its guest's segments
 * there, and cut flat segments still pass as flat in the fast path.
 */
#define SEG_CUT 0xfc000000u

/* A descriptor as it lies in memory. */
struct desc {
    uint32_t lo, hi;
    uint32_t lin; /* where it was read from */
};

/* System segment types (SDM Vol. 3, table 3-2). */
enum sys_type {
    SYS_TSS16 = 1,
    SYS_LDT = 2,
    SYS_TSS16_BUSY = 3,
    SYS_CALL16 = 4,
    SYS_TASK_GATE = 5,
    SYS_INT16 = 6,
    SYS_TRAP16 = 7,
    SYS_TSS32 = 9,
    SYS_TSS32_BUSY = 11,
    SYS_CALL32 = 12,
    SYS_INT32 = 14,
    SYS_TRAP32 = 15
};

static inline unsigned desc_attr(const struct desc *d)
{
    return d->hi >> 8 & 0xffff;
}

static inline uint32_t desc_base(const struct desc *d)
{
    return d->lo >> 16 | (d->hi & 0xff) << 16 | (d->hi & 0xff000000);
}

static inline uint32_t desc_limit(const struct desc *d)
{
    uint32_t limit = (d->lo & 0xffff) | (d->hi & 0xf0000);

    return d->hi >> 8 & ATTR_G ? limit << 12 | 0xfff : limit;
}

static inline bool desc_is_code(unsigned attr)
{
    return (attr & (ATTR_S | ATTR_CODE)) == (ATTR_S | ATTR_CODE);
}

static inline bool desc_is_data(unsigned attr)
{
    return (attr & (ATTR_S | ATTR_CODE)) == ATTR_S;
}

static inline bool sel_null(unsigned sel)
{
    return (sel & ~3u) == 0;
}

/* `fast` of a segment that needs a look: no TLB tag has this bit. */
#define NEVER_FAST (1ull << 40)

/* Does a misaligned access raise #AC now? (SDM Vol. 3, 6.15, interrupt 17) */
bool segment_alignment_checked(const struct cpu *c);
/* The linear address of segment:off after all checks, for an access of `size` bytes by operation `o` (may be NULL). */
uint32_t segment_check(struct cpu *c, const struct op *o, unsigned seg, uint32_t off, unsigned size, bool write);

/* The same where, as a rule, only the limit is to be checked. */
static inline uint32_t segment_linear(struct cpu *c, const struct op *o, unsigned seg, uint32_t off, unsigned size,
                                      bool write)
{
    const struct seg *s = &c->seg[seg];

    if (s->fast[write] != NEVER_FAST && (uint64_t)off + size - 1 <= s->limit)
        return s->base + off;
    return segment_check(c, o, seg, off, size, write);
}

/* The same rules against a segment that is not loaded (the new stack of a transition). False: outside its limit. */
bool segment_fits(const struct seg *s, uint32_t off, unsigned size);

/* Reads the descriptor of a selector. False: outside its table, or no LDT. */
bool desc_find(struct cpu *c, unsigned sel, struct desc *d);
/* The same, raising `vector`(selector) when there is none. */
void desc_fetch(struct cpu *c, unsigned sel, struct desc *d, unsigned vector);
/* Sets the accessed bit in memory and in `d`. */
void desc_set_accessed(struct cpu *c, struct desc *d);
/* The hidden part from a descriptor; no checks. */
void segment_fill(struct cpu *c, unsigned seg, unsigned sel, const struct desc *d);
/* A data segment register that no longer may be used. */
void segment_null(struct cpu *c, unsigned seg, unsigned sel);

/* MOV Sreg, POP Sreg, LDS and family: checks, then loads (SDM Vol. 2, MOV). Not CS. */
void segment_load(struct cpu *c, unsigned seg, unsigned sel);
/* SS for a stack of privilege `cpl`: raises `vector`(selector). Fills only the descriptor. */
void segment_check_ss(struct cpu *c, unsigned sel, unsigned cpl, unsigned vector, struct desc *d);
/* After a change to an outer ring, data segments of inner rings become null (SDM Vol. 2, RET). */
void segment_drop_inner(struct cpu *c);
void segment_load_ldt(struct cpu *c, unsigned sel);
void segment_load_tr(struct cpu *c, unsigned sel);

/* Recomputes `fast` after anything else of the register changed. */
void segment_refresh(struct cpu *c, unsigned seg);
/* Changes privilege: CPL and what is derived from it. */
void segment_set_cpl(struct cpu *c, unsigned cpl);

#endif
