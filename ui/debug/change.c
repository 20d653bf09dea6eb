/* SPDX-License-Identifier: MIT */
#include "ui/debug/change.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "interp/debugreg.h"
#include "interp/paging.h"
#include "interp/segment.h"
#include "ui/debug/debugger.h"
#include "ui/debug/regname.h"
#include "ui/i18n.h"

struct edit {
    struct cpu *c;
    const struct reg_name *r;
    uint32_t value;
    char *error;
    size_t room;
};

__attribute__((format(printf, 2, 3))) static int refuse(const struct edit *k, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(k->error, k->room, fmt, args);
    va_end(args);
    return -1;
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

int change_memory(struct debugger *d, gva_t at, const void *from, unsigned n, char *error, size_t room)
{
    struct machine *g = vm_guest(d->s.vm);
    unsigned first = PAGE_SIZE - (at.v & PAGE_OFFSET);
    uint64_t pa[2] = {0, 0};
    uint8_t probe[2];

    first = n < first ? n : first;
    if (paging_peek(g, at.v, &pa[0]) || machine_read(g, pa[0], probe, 1) ||
        (first < n && (paging_peek(g, at.v + first, &pa[1]) || machine_read(g, pa[1], probe, 1)))) {
        (void)snprintf(error, room, _("cannot access memory at 0x%08" PRIx32), at.v);
        return -1;
    }
    d->finding.changed = true;
    (void)machine_write(g, pa[0], from, first);
    if (first < n)
        (void)machine_write(g, pa[1], (const uint8_t *)from + first, n - first);
    return 0;
}

/* ---- segment registers ------------------------------------------------------------------------------------------- */

/* A descriptor by the guest's tables, looked at as a screen does. */
static int find_descriptor(struct debugger *d, const struct edit *k, struct desc *desc)
{
    const struct cpu *c = k->c;
    uint32_t base = c->gdtr.base, limit = c->gdtr.limit, at = k->value & ~7u, word[2];

    if (k->value & 4) {
        base = c->seg[LDTR].base;
        limit = c->seg[LDTR].attr & ATTR_P ? c->seg[LDTR].limit : 0;
    }
    if (at + 7 > limit || debug_peek(d, gva(base + at), word, sizeof word))
        return refuse(k, _("%04" PRIx32 ": no descriptor stands there"), k->value);
    *desc = (struct desc){.lo = word[0], .hi = word[1], .lin = base + at};
    return 0;
}

/* May this segment register hold it (SDM Vol. 2, MOV; CS as a far transfer in the same ring would)? */
static bool fits(const struct edit *k, unsigned seg, unsigned attr)
{
    unsigned rpl = k->value & 3, dpl = attr_dpl(attr), cpl = k->c->cpl;
    bool conforming = desc_is_code(attr) && (attr & ATTR_DC);

    if (!(attr & ATTR_P))
        return false;
    if (seg == CS)
        return desc_is_code(attr) && rpl == cpl && (conforming ? dpl <= cpl : dpl == cpl);
    if (seg == SS)
        return desc_is_data(attr) && (attr & ATTR_RW) && rpl == cpl && dpl == cpl;
    return (desc_is_data(attr) || (desc_is_code(attr) && (attr & ATTR_RW))) &&
           (conforming || (rpl <= dpl && cpl <= dpl));
}

static int set_selector(struct debugger *d, const struct edit *k)
{
    unsigned seg = k->r->index;
    struct desc desc;

    if (seg == LDTR || seg == TR)
        return refuse(k, _("$%s: only LLDT and LTR load it"), k->r->name);
    if (sel_null(k->value) && seg != CS && seg != SS) {
        segment_null(k->c, seg, k->value);
        return 0;
    }
    if (find_descriptor(d, k, &desc))
        return -1;
    if (!fits(k, seg, desc_attr(&desc)))
        return refuse(k, _("$%s cannot hold %04" PRIx32 ": the descriptor's type, ring or P bit is not right"),
                      k->r->name, k->value);
    segment_fill(k->c, seg, k->value, &desc);
    return 0;
}

/* ---- control registers ------------------------------------------------------------------------------------------- */

/* The checks of MOV to CR (SDM Vol. 2); then all translations go, as they would there. */
static int set_control(const struct edit *k)
{
    struct cpu *c = k->c;
    uint32_t v = k->value;

    switch (k->r->index) {
    case 0:
        if (!(v & CR0_PE) || ((v & CR0_NW) && !(v & CR0_CD)))
            return refuse(k, _("$cr0 cannot be %08" PRIx32 ": the machine would refuse it"), v);
        tlb_count(c);
        c->cr0 = (v & CR0_DEFINED) | CR0_ET;
        break;
    case 2: c->cr2 = v; return 0;
    case 3: c->cr3 = v & CR3_DEFINED; break;
    default:
        if (v & ~CR4_DEFINED)
            return refuse(k, _("$cr4 cannot be %08" PRIx32 ": the machine would refuse it"), v);
        c->cr4 = v;
        debugreg_changed(c);
        break;
    }
    tlb_flush(c, true);
    return 0;
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

static unsigned bits_of(const struct reg_name *r)
{
    switch (r->kind) {
    case REG_WORD:
    case REG_SELECTOR:
    case REG_TABLE_LIMIT: return 16;
    case REG_LOW:
    case REG_HIGH: return 8;
    case REG_FLAG: return 1;
    case REG_FIELD: return 2;
    default: return 32;
    }
}

/* Replaces bits of a register, `shift` being the lowest. */
static uint32_t with_bits(const struct edit *k, uint32_t old, unsigned shift)
{
    uint32_t mask = (uint32_t)((UINT64_C(1) << bits_of(k->r)) - 1) << shift;

    return (old & ~mask) | (k->value << shift & mask);
}

static void set_table(const struct edit *k)
{
    struct dtr *t = k->r->index ? &k->c->idtr : &k->c->gdtr;

    if (k->r->kind == REG_TABLE_BASE)
        t->base = k->value;
    else
        t->limit = (uint16_t)k->value;
}

static int set(struct debugger *d, const struct edit *k)
{
    struct cpu *c = k->c;
    unsigned i = k->r->index;

    switch ((enum reg_kind)k->r->kind) {
    case REG_GENERAL:
    case REG_WORD:
    case REG_LOW: c->r[i] = with_bits(k, c->r[i], 0); return 0;
    case REG_HIGH: c->r[i] = with_bits(k, c->r[i], 8); return 0;
    case REG_PC: c->eip = k->value - c->seg[CS].base; return 0;
    case REG_EIP: c->eip = k->value; return 0;
    case REG_EFLAGS: cpu_set_eflags(c, k->value); return 0;
    case REG_FLAG:
    case REG_FIELD: cpu_set_eflags(c, with_bits(k, cpu_eflags(c), i)); return 0;
    case REG_CR: return set_control(k);
    case REG_DR:
        c->dr[i] = debugreg_value(i, k->value);
        debugreg_changed(c);
        return 0;
    case REG_SELECTOR: return set_selector(d, k);
    case REG_TABLE_BASE:
    case REG_TABLE_LIMIT: set_table(k); return 0;
    default: return refuse(k, _("$%s can only be looked at"), k->r->name);
    }
}

int change_register(struct debugger *d, const struct reg_name *r, int64_t value, char *error, size_t room)
{
    const struct edit k = {&vm_guest(d->s.vm)->cpu, r, (uint32_t)value, error, room};
    int64_t bits = bits_of(r);

    if (value < -(INT64_C(1) << (bits - 1)) || value >= INT64_C(1) << bits)
        return refuse(&k, _("overflow: $%s has %u bits"), r->name, (unsigned)bits);
    if (set(d, &k))
        return -1;
    vm_changed(d->s.vm);
    d->finding.changed = true;
    debug_take_registers(d, &d->now);
    return 0;
}
