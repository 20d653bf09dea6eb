/* SPDX-License-Identifier: MIT */
#include "interp/segment.h"

#include "interp/access.h"
#include "interp/block.h"
#include "interp/fault.h"
#include "interp/machine.h"

bool segment_alignment_checked(const struct cpu *c)
{
    return c->cpl == 3 && (c->eflags & FL_AC) && (c->cr0 & CR0_AM);
}

void segment_refresh(struct cpu *c, unsigned seg)
{
    struct seg *s = &c->seg[seg];
    bool code = s->attr & ATTR_CODE;
    bool wide = (s->attr & (ATTR_P | ATTR_S)) == (ATTR_P | ATTR_S) && (code || !(s->attr & ATTR_DC)) &&
                s->limit >= SEG_CUT - 1 && !segment_alignment_checked(c);

    s->fast[0] = wide && (!code || (s->attr & ATTR_RW)) ? s->base : NEVER_FAST;
    s->fast[1] = wide && !code && (s->attr & ATTR_RW) ? s->base : NEVER_FAST;
}

void segment_set_cpl(struct cpu *c, unsigned cpl)
{
    bool checked = segment_alignment_checked(c);
    unsigned from = c->cpl;

    c->cpl = (uint8_t)cpl;
    if (segment_alignment_checked(c) != checked)
        cpu_refresh(c);
    else
        cpu_refresh_mode(c);
    if (from != cpl)
        OBSERVE(c->m, ring, from, cpl);
}

bool segment_fits(const struct seg *s, uint32_t off, unsigned size)
{
    uint64_t last = (uint64_t)off + size - 1;

    if (!(s->attr & ATTR_CODE) && (s->attr & ATTR_DC)) /* expand-down: the limit is what lies below */
        return off > s->limit && last <= (s->attr & ATTR_D ? 0xffffffffu : 0xffffu);
    return last <= s->limit;
}

uint32_t segment_check(struct cpu *c, const struct op *o, unsigned seg, uint32_t off, unsigned size, bool write)
{
    const struct seg *s = &c->seg[seg];
    unsigned vector = seg == SS ? VEC_SS : VEC_GP;
    bool code = s->attr & ATTR_CODE, rw = s->attr & ATTR_RW;

    if (!(s->attr & ATTR_P))
        raise_fault(c, o, vector, 0);
    if (write ? code || !rw : code && !rw)
        raise_fault(c, o, VEC_GP, 0);
    if (!segment_fits(s, off, size))
        raise_fault(c, o, vector, 0);
    if (segment_alignment_checked(c) && (s->base + off) & (size - 1))
        raise_fault(c, o, VEC_AC, 0);
    return s->base + off;
}

bool desc_find(struct cpu *c, unsigned sel, struct desc *d)
{
    uint32_t base = c->gdtr.base, limit = c->gdtr.limit, at = sel & ~7u;

    if (sel & 4) {
        base = c->seg[LDTR].base;
        limit = c->seg[LDTR].attr & ATTR_P ? c->seg[LDTR].limit : 0;
    }
    if (sel_null(sel) || at + 7 > limit)
        return false;
    d->lin = base + at;
    lin_load_pair(c, d->lin, &d->lo, &d->hi);
    return true;
}

void desc_fetch(struct cpu *c, unsigned sel, struct desc *d, unsigned vector)
{
    if (!desc_find(c, sel, d))
        raise_fault(c, NULL, vector, sel & ~3u);
}

void desc_set_accessed(struct cpu *c, struct desc *d)
{
    if (d->hi & ATTR_ACCESSED << 8)
        return;
    d->hi |= ATTR_ACCESSED << 8;
    lin_store(c, d->lin + 5, 1, false, d->hi >> 8 & 0xff);
}

void segment_fill(struct cpu *c, unsigned seg, unsigned sel, const struct desc *d)
{
    c->seg[seg] = (struct seg){
        .sel = (uint16_t)sel, .attr = (uint16_t)desc_attr(d) & 0xf0ff, .base = desc_base(d), .limit = desc_limit(d)};
    segment_refresh(c, seg);
}

void segment_null(struct cpu *c, unsigned seg, unsigned sel)
{
    c->seg[seg] = (struct seg){.sel = (uint16_t)sel};
    segment_refresh(c, seg);
}

void segment_check_ss(struct cpu *c, unsigned sel, unsigned cpl, unsigned vector, struct desc *d)
{
    unsigned attr;

    desc_fetch(c, sel, d, vector);
    attr = desc_attr(d);
    if ((sel & 3) != cpl || attr_dpl(attr) != cpl || !desc_is_data(attr) || !(attr & ATTR_RW))
        raise_fault(c, NULL, vector, sel & ~3u);
    if (!(attr & ATTR_P))
        raise_fault(c, NULL, VEC_SS, sel & ~3u);
}

void segment_load(struct cpu *c, unsigned seg, unsigned sel)
{
    struct desc d;
    unsigned attr, rpl = sel & 3;

    if (seg == SS) {
        if (sel_null(sel))
            raise_fault(c, NULL, VEC_GP, 0);
        segment_check_ss(c, sel, c->cpl, VEC_GP, &d);
    } else {
        if (sel_null(sel)) {
            segment_null(c, seg, sel);
            return;
        }
        desc_fetch(c, sel, &d, VEC_GP);
        attr = desc_attr(&d);
        if (!desc_is_data(attr) && !(desc_is_code(attr) && (attr & ATTR_RW)))
            raise_fault(c, NULL, VEC_GP, sel & ~3u);
        /* Conforming code may be read from any ring. */
        if (!(desc_is_code(attr) && (attr & ATTR_DC)) && (rpl > attr_dpl(attr) || c->cpl > attr_dpl(attr)))
            raise_fault(c, NULL, VEC_GP, sel & ~3u);
        if (!(attr & ATTR_P))
            raise_fault(c, NULL, VEC_NP, sel & ~3u);
    }
    desc_set_accessed(c, &d);
    segment_fill(c, seg, sel, &d);
}

void segment_drop_inner(struct cpu *c)
{
    static const uint8_t data[] = {ES, DS, FS, GS};

    for (unsigned i = 0; i < sizeof data; i++) {
        unsigned attr = c->seg[data[i]].attr;

        if (!(desc_is_code(attr) && (attr & ATTR_DC)) && attr_dpl(attr) < c->cpl)
            segment_null(c, data[i], 0);
    }
}

void segment_load_ldt(struct cpu *c, unsigned sel)
{
    struct desc d;

    if (sel_null(sel)) {
        segment_null(c, LDTR, sel);
        return;
    }
    if (sel & 4)
        raise_fault(c, NULL, VEC_GP, sel & ~3u);
    desc_fetch(c, sel, &d, VEC_GP);
    if ((desc_attr(&d) & (ATTR_S | ATTR_TYPE)) != SYS_LDT)
        raise_fault(c, NULL, VEC_GP, sel & ~3u);
    if (!(desc_attr(&d) & ATTR_P))
        raise_fault(c, NULL, VEC_NP, sel & ~3u);
    segment_fill(c, LDTR, sel, &d);
}

void segment_load_tr(struct cpu *c, unsigned sel)
{
    struct desc d;
    unsigned type;

    if (sel_null(sel))
        raise_fault(c, NULL, VEC_GP, 0);
    if (sel & 4)
        raise_fault(c, NULL, VEC_GP, sel & ~3u);
    desc_fetch(c, sel, &d, VEC_GP);
    type = desc_attr(&d) & (ATTR_S | ATTR_TYPE);
    if (type != SYS_TSS32 && type != SYS_TSS16)
        raise_fault(c, NULL, VEC_GP, sel & ~3u);
    if (!(desc_attr(&d) & ATTR_P))
        raise_fault(c, NULL, VEC_NP, sel & ~3u);
    d.hi |= 2u << 8; /* busy */
    lin_store(c, d.lin + 5, 1, false, d.hi >> 8 & 0xff);
    segment_fill(c, TR, sel, &d);
}
