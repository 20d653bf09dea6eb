/* SPDX-License-Identifier: MIT */
/* Segment registers as operands, and the questions about descriptors: LAR, LSL, VERR, VERW, ARPL (SDM Vol. 3, 5.10). */
#include "interp/exec.h"

/* MOV from a segment register: 16 bits to memory; zero-extended into a 32-bit register (SDM Vol. 2, MOV). */
HANDLER(h_movfromseg16_r)
{
    *reg16(c, o->reg) = c->seg[o->base].sel;
    NEXT;
}

HANDLER(h_movfromseg32_r)
{
    c->r[o->reg] = c->seg[o->base].sel;
    NEXT;
}

HANDLER(h_movfromseg16_m)
{
    store16(c, o, o->seg, ea(c, o), c->seg[o->reg].sel);
    NEXT;
}

HANDLER(h_movfromseg32_m)
{
    store16(c, o, o->seg, ea(c, o), c->seg[o->reg].sel);
    NEXT;
}

/* A load of SS holds off interrupts until the next instruction has run (SDM Vol. 3, 6.8.3). */
static void load(struct cpu *c, unsigned seg, unsigned sel)
{
    segment_load(c, seg, sel);
    if (seg == SS)
        c->shadow = SHADOW_SS;
}

HANDLER(h_movtoseg_r)
{
    begin(c, o);
    load(c, o->reg, *reg16(c, o->base));
    return finish(c, o);
}

HANDLER(h_movtoseg_m)
{
    begin(c, o);
    load(c, o->reg, load16(c, NULL, o->seg, ea(c, o)));
    return finish(c, o);
}

HANDLER(h_pushseg16)
{
    push16(c, o, c->seg[o->reg].sel);
    NEXT;
}

/* Only the low half of the slot is written, as current processors do (SDM Vol. 2, PUSH). */
HANDLER(h_pushseg32)
{
    uint32_t to = c->r[ESP] - 4;

    store16(c, o, SS, to & stack_mask(c), c->seg[o->reg].sel);
    set_esp(c, to);
    NEXT;
}

#define BY_SIZE(bits)                                                                                                  \
    HANDLER(h_popseg##bits)                                                                                            \
    {                                                                                                                  \
        uint32_t esp = c->r[ESP], mask = stack_mask(c); /* POP SS moves the pointer of the old stack */                \
                                                                                                                       \
        begin(c, o);                                                                                                   \
        load(c, o->reg, load16(c, NULL, SS, esp &mask));                                                               \
        c->r[ESP] = (esp & ~mask) | ((esp + bits / 8) & mask);                                                         \
        return finish(c, o);                                                                                           \
    }                                                                                                                  \
    HANDLER(h_lseg##bits)                                                                                              \
    {                                                                                                                  \
        uint##bits##_t off;                                                                                            \
                                                                                                                       \
        begin(c, o);                                                                                                   \
        off = load##bits(c, NULL, o->seg, ea(c, o));                                                                   \
        load(c, o->sreg, load16(c, NULL, o->seg, ea(c, o) + bits / 8));                                                \
        c->shadow = 0; /* LSS needs no shadow: ESP has come along */                                                   \
        *reg##bits(c, o->reg) = off;                                                                                   \
        return finish(c, o);                                                                                           \
    }                                                                                                                  \
    QUERY(lar, bits, query_lar)                                                                                        \
    QUERY(lsl, bits, query_lsl)

/* May this selector's descriptor be looked at from here? Never faults for the selector's sake. */
static bool visible(struct cpu *c, unsigned sel, struct desc *d)
{
    unsigned attr;

    if (!desc_find(c, sel, d))
        return false;
    attr = desc_attr(d);
    if (desc_is_code(attr) && (attr & ATTR_DC))
        return true;
    return attr_dpl(attr) >= c->cpl && attr_dpl(attr) >= (sel & 3);
}

/* Types that LAR and LSL accept, by bit (SDM Vol. 2, LAR and LSL). */
static bool system_type_in(const struct desc *d, unsigned types)
{
    unsigned attr = desc_attr(d);

    return (attr & ATTR_S) || (types >> (attr & ATTR_TYPE) & 1);
}

static bool query_lar(struct cpu *c, unsigned sel, uint32_t *v)
{
    static const unsigned types = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9 | 1 << 11 | 1 << 12;
    struct desc d;

    if (!visible(c, sel, &d) || !system_type_in(&d, types))
        return false;
    *v = d.hi & 0x00f0ff00;
    return true;
}

static bool query_lsl(struct cpu *c, unsigned sel, uint32_t *v)
{
    static const unsigned types = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 9 | 1 << 11;
    struct desc d;

    if (!visible(c, sel, &d) || !system_type_in(&d, types))
        return false;
    *v = desc_limit(&d);
    return true;
}

/* With a table that may lie anywhere the descriptor read can fault; so EIP and time are brought up first. */
#define QUERY(name, bits, ask)                                                                                         \
    static const struct op *name##_one##bits(struct cpu *c, const struct op *o, unsigned sel)                          \
    {                                                                                                                  \
        uint32_t v = 0;                                                                                                \
        bool ok = ask(c, sel, &v);                                                                                     \
                                                                                                                       \
        flags_set_zf(c, ok);                                                                                           \
        if (ok)                                                                                                        \
            *reg##bits(c, o->reg) = (uint##bits##_t)v;                                                                 \
        return finish(c, o);                                                                                           \
    }                                                                                                                  \
    HANDLER(h_##name##bits##_rr)                                                                                       \
    {                                                                                                                  \
        begin(c, o);                                                                                                   \
        return name##_one##bits(c, o, *reg16(c, o->base));                                                             \
    }                                                                                                                  \
    HANDLER(h_##name##bits##_rm)                                                                                       \
    {                                                                                                                  \
        begin(c, o);                                                                                                   \
        return name##_one##bits(c, o, load16(c, NULL, o->seg, ea(c, o)));                                              \
    }

BY_SIZE(16)
BY_SIZE(32)

static const struct op *verify(struct cpu *c, const struct op *o, unsigned sel, bool write)
{
    struct desc d;
    bool ok = visible(c, sel, &d);
    unsigned attr;

    if (ok) {
        attr = desc_attr(&d);
        ok = (attr & ATTR_S) &&
             (write ? desc_is_data(attr) && (attr & ATTR_RW) : desc_is_data(attr) || (attr & ATTR_RW));
    }
    flags_set_zf(c, ok);
    return finish(c, o);
}

HANDLER(h_verr_r)
{
    begin(c, o);
    return verify(c, o, *reg16(c, o->reg), false);
}

HANDLER(h_verr_m)
{
    begin(c, o);
    return verify(c, o, load16(c, NULL, o->seg, ea(c, o)), false);
}

HANDLER(h_verw_r)
{
    begin(c, o);
    return verify(c, o, *reg16(c, o->reg), true);
}

HANDLER(h_verw_m)
{
    begin(c, o);
    return verify(c, o, load16(c, NULL, o->seg, ea(c, o)), true);
}

/* The RPL is raised to that of the second operand. */
static inline uint16_t arpl(struct cpu *c, uint16_t a, uint16_t b)
{
    bool raise = (a & 3) < (b & 3);

    flags_set_zf(c, raise);
    return raise ? (uint16_t)((a & ~3u) | (b & 3)) : a;
}

HANDLER(h_arpl_rr)
{
    *reg16(c, o->reg) = arpl(c, *reg16(c, o->reg), *reg16(c, o->base));
    NEXT;
}

HANDLER(h_arpl_mr)
{
    uint8_t *p;
    uint16_t a = rmw16(c, o, o->seg, ea(c, o), &p);

    rmw_done16(c, p, arpl(c, a, *reg16(c, o->reg)));
    NEXT;
}
