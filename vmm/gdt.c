/* SPDX-License-Identifier: MIT */
#include "vmm/gdt.h"

#include <string.h>

#include "interp/access.h"

void gdt_init(struct shadow_gdt *g, struct machine *guest, uint8_t *table)
{
    *g = (struct shadow_gdt){.guest = guest, .table = table};
    memset(table, 0, GDT_ENTRIES * 8);
}

void gdt_put(struct shadow_gdt *g, unsigned index, uint32_t lo, uint32_t hi)
{
    memcpy(g->table + 8 * index, &lo, 4);
    memcpy(g->table + 8 * index + 4, &hi, 4);
}

void gdt_drop(struct shadow_gdt *g)
{
    memset(g->table, 0, GDT_GUEST * 8);
    memset(g->valid, 0, sizeof g->valid);
}

/* The guest's descriptor as it stands in its table, without any effect on the guest. */
static bool guest_desc(const struct shadow_gdt *g, unsigned sel, struct desc *d)
{
    const struct cpu *v = &g->guest->cpu;
    uint8_t bytes[8];
    unsigned at = sel & ~7u;

    if ((sel & 4) || at == 0 || at / 8 >= GDT_GUEST || at + 7 > v->gdtr.limit)
        return false;
    d->lin = v->gdtr.base + at;
    if (lin_peek(g->guest, d->lin, bytes, sizeof bytes))
        return false;
    memcpy(&d->lo, bytes, 4);
    memcpy(&d->hi, bytes + 4, 4);
    return true;
}

/* Code or data, expand-up, not conforming, accessed, present, and cut below the monitor without a change in between. */
static bool cut(const struct desc *d, uint32_t *lo, uint32_t *hi)
{
    unsigned attr = desc_attr(d), dpl = attr_dpl(attr);
    uint32_t base = desc_base(d), limit = desc_limit(d), units;

    if (!(attr & ATTR_S) || !(attr & ATTR_P) || !(attr & ATTR_ACCESSED) || (attr & ATTR_DC) || base >= SEG_CUT)
        return false;
    units = d->lo & 0xffff;
    units |= d->hi & 0xf0000;
    if ((uint64_t)base + limit >= SEG_CUT) {
        if (!(attr & ATTR_G) || (base & PAGE_OFFSET))
            return false;
        units = ((SEG_CUT - base) >> PAGE_SHIFT) - 1;
    }
    *lo = (d->lo & 0xffff0000) | (units & 0xffff);
    *hi = (d->hi & ~0xf0000u) | (units & 0xf0000);
    if (dpl == 0)
        *hi |= 1u << 13;
    return true;
}

bool gdt_shadow(struct shadow_gdt *g, unsigned sel)
{
    unsigned index = sel >> 3;
    struct desc d;
    uint32_t lo, hi;

    if (!guest_desc(g, sel, &d))
        return false;
    if (g->valid[index])
        return true;
    if (!cut(&d, &lo, &hi))
        return false;
    gdt_put(g, index, lo, hi);
    g->valid[index] = true;
    g->origin[index] = d;
    g->made++;
    return true;
}

bool gdt_reversible(struct shadow_gdt *g, const struct seg *s)
{
    const struct desc *d;

    if (!(s->attr & ATTR_P))
        return sel_null(s->sel);
    if (sel_null(s->sel) || !gdt_shadow(g, s->sel))
        return false;
    d = &g->origin[s->sel >> 3];
    return s->base == desc_base(d) && s->limit == desc_limit(d) && s->attr == (desc_attr(d) & 0xf0ff);
}

uint16_t gdt_slot(struct shadow_gdt *g, unsigned seg, const struct seg *s)
{
    uint32_t units = s->attr & ATTR_G ? s->limit >> PAGE_SHIFT : s->limit, lo, hi;
    struct desc d = {.lo = s->base << 16 | (units & 0xffff),
                     .hi =
                         (s->base & 0xff000000) | (units & 0xf0000) | (uint32_t)s->attr << 8 | (s->base >> 16 & 0xff)};

    if (!cut(&d, &lo, &hi))
        return 0;
    if (lo != g->slot[seg].lo || hi != g->slot[seg].hi) {
        gdt_put(g, GDT_SLOTS + seg, lo, hi);
        g->slot[seg] = (struct desc){lo, hi, 0};
        g->made++;
    }
    return (uint16_t)((GDT_SLOTS + seg) << 3);
}

uint16_t gdt_sel_out(unsigned sel)
{
    return (uint16_t)((sel & 3) == 0 ? sel | 1 : sel);
}

uint16_t gdt_sel_in(unsigned sel)
{
    return (uint16_t)((sel & 3) == 1 ? sel & ~3u : sel);
}
