/* SPDX-License-Identifier: MIT */
/*
 * Multiplication, division and decimal adjustment (SDM Vol. 2). Where the SDM leaves flags undefined, SF, ZF and PF follow
 * the low half of the product and division leaves all flags alone.
 */
#include "interp/exec.h"

/* AX = AL * b. `wide` is the product's type, `half` the factors'. */
static void mul_byte(struct cpu *c, uint32_t product, bool fits)
{
    *reg16(c, EAX) = (uint16_t)product;
    flags_result(c, product, 8, !fits, !fits);
}

static void mul_word(struct cpu *c, uint32_t product, bool fits)
{
    *reg16(c, EAX) = (uint16_t)product;
    *reg16(c, EDX) = (uint16_t)(product >> 16);
    flags_result(c, product, 16, !fits, !fits);
}

static void mul_dword(struct cpu *c, uint64_t product, bool fits)
{
    c->r[EAX] = (uint32_t)product;
    c->r[EDX] = (uint32_t)(product >> 32);
    flags_result(c, (uint32_t)product, 32, !fits, !fits);
}

static void mul8(struct cpu *c, const struct op *o, uint8_t b)
{
    uint32_t p = (uint32_t)*reg8(c, EAX) * b;

    (void)o;
    mul_byte(c, p, p <= UINT8_MAX);
}

static void mul16(struct cpu *c, const struct op *o, uint16_t b)
{
    uint32_t p = (uint32_t)*reg16(c, EAX) * b;

    (void)o;
    mul_word(c, p, p <= UINT16_MAX);
}

static void mul32(struct cpu *c, const struct op *o, uint32_t b)
{
    uint64_t p = (uint64_t)c->r[EAX] * b;

    (void)o;
    mul_dword(c, p, p <= UINT32_MAX);
}

static void imul8(struct cpu *c, const struct op *o, uint8_t b)
{
    int32_t p = (int8_t)*reg8(c, EAX) * (int8_t)b;

    (void)o;
    mul_byte(c, (uint32_t)p, p == (int8_t)p);
}

static void imul16(struct cpu *c, const struct op *o, uint16_t b)
{
    int32_t p = (int16_t)*reg16(c, EAX) * (int16_t)b;

    (void)o;
    mul_word(c, (uint32_t)p, p == (int16_t)p);
}

static void imul32(struct cpu *c, const struct op *o, uint32_t b)
{
    int64_t p = (int64_t)(int32_t)c->r[EAX] * (int32_t)b;

    (void)o;
    mul_dword(c, (uint64_t)p, p == (int32_t)p);
}

/* #DE: divisor 0, or a quotient that does not fit. */
static void div8(struct cpu *c, const struct op *o, uint8_t b)
{
    uint32_t a = *reg16(c, EAX);

    if (!b || a / b > UINT8_MAX)
        raise_fault(c, o, VEC_DE, NO_ERROR);
    *reg16(c, EAX) = (uint16_t)(a % b << 8 | a / b);
}

static void div16(struct cpu *c, const struct op *o, uint16_t b)
{
    uint32_t a = (uint32_t)*reg16(c, EDX) << 16 | *reg16(c, EAX);

    if (!b || a / b > UINT16_MAX)
        raise_fault(c, o, VEC_DE, NO_ERROR);
    *reg16(c, EAX) = (uint16_t)(a / b);
    *reg16(c, EDX) = (uint16_t)(a % b);
}

static void div32(struct cpu *c, const struct op *o, uint32_t b)
{
    uint64_t a = (uint64_t)c->r[EDX] << 32 | c->r[EAX];

    if (c->r[EDX] >= b) /* b == 0 included */
        raise_fault(c, o, VEC_DE, NO_ERROR);
    c->r[EAX] = (uint32_t)(a / b);
    c->r[EDX] = (uint32_t)(a % b);
}

static void idiv8(struct cpu *c, const struct op *o, uint8_t b)
{
    int32_t a = (int16_t)*reg16(c, EAX), d = (int8_t)b;

    if (!d || a / d != (int8_t)(a / d))
        raise_fault(c, o, VEC_DE, NO_ERROR);
    *reg16(c, EAX) = (uint16_t)((uint8_t)(a % d) << 8 | (uint8_t)(a / d));
}

static void idiv16(struct cpu *c, const struct op *o, uint16_t b)
{
    int64_t a = (int32_t)((uint32_t)*reg16(c, EDX) << 16 | *reg16(c, EAX)), d = (int16_t)b;

    if (!d || a / d != (int16_t)(a / d))
        raise_fault(c, o, VEC_DE, NO_ERROR);
    *reg16(c, EAX) = (uint16_t)(a / d);
    *reg16(c, EDX) = (uint16_t)(a % d);
}

static void idiv32(struct cpu *c, const struct op *o, uint32_t b)
{
    int64_t a = (int64_t)((uint64_t)c->r[EDX] << 32 | c->r[EAX]), d = (int32_t)b;

    if (!d || (d == -1 && a == INT64_MIN) || a / d != (int32_t)(a / d))
        raise_fault(c, o, VEC_DE, NO_ERROR);
    c->r[EAX] = (uint32_t)(a / d);
    c->r[EDX] = (uint32_t)(a % d);
}

#define BY_ACCUMULATOR(name, bits)                                                                                     \
    HANDLER(h_##name##bits##_r)                                                                                        \
    {                                                                                                                  \
        name##bits(c, o, *reg##bits(c, o->reg));                                                                       \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_##name##bits##_m)                                                                                        \
    {                                                                                                                  \
        name##bits(c, o, load##bits(c, o, o->seg, ea(c, o)));                                                          \
        NEXT;                                                                                                          \
    }

#define ALL_WIDTHS(name) BY_ACCUMULATOR(name, 8) BY_ACCUMULATOR(name, 16) BY_ACCUMULATOR(name, 32)
ALL_WIDTHS(mul)
ALL_WIDTHS(imul)
ALL_WIDTHS(div)
ALL_WIDTHS(idiv)

/* IMUL with two and three operands: the product is cut to the operand size. */
#define SIGNED(bits, wide)                                                                                             \
    static inline void product##bits(struct cpu *c, const struct op *o, uint##bits##_t a, uint##bits##_t b)            \
    {                                                                                                                  \
        wide p = (wide)(int##bits##_t)a * (int##bits##_t)b;                                                            \
        bool cut = p != (int##bits##_t)p;                                                                              \
        *reg##bits(c, o->reg) = (uint##bits##_t)p;                                                                     \
        flags_result(c, (uint32_t)p, bits, cut, cut);                                                                  \
    }                                                                                                                  \
    HANDLER(h_imul2##bits##_rr)                                                                                        \
    {                                                                                                                  \
        product##bits(c, o, *reg##bits(c, o->reg), *reg##bits(c, o->base));                                            \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_imul2##bits##_rm)                                                                                        \
    {                                                                                                                  \
        uint##bits##_t b = load##bits(c, o, o->seg, ea(c, o));                                                         \
        product##bits(c, o, *reg##bits(c, o->reg), b);                                                                 \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_imul3##bits##_rr)                                                                                        \
    {                                                                                                                  \
        product##bits(c, o, *reg##bits(c, o->base), (uint##bits##_t)o->imm);                                           \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_imul3##bits##_rm)                                                                                        \
    {                                                                                                                  \
        product##bits(c, o, load##bits(c, o, o->seg, ea(c, o)), (uint##bits##_t)o->imm);                               \
        NEXT;                                                                                                          \
    }

SIGNED(16, int32_t)
SIGNED(32, int64_t)

/* Decimal adjustment (SDM Vol. 2, DAA, DAS, AAA, AAS, AAM, AAD). */
static void decimal(struct cpu *c, bool subtract)
{
    uint8_t al = *reg8(c, EAX);
    uint32_t cf = flag_cf(c), af = flag_af(c), low = (al & 15) > 9 || af, high = al > 0x99 || cf;
    uint8_t by = (uint8_t)((low ? 6 : 0) + (high ? 0x60 : 0));

    /* CF also comes from a borrow of the low adjustment. */
    cf = high || (low && (subtract ? al < 6 : al > 0xf9));
    *reg8(c, EAX) = (uint8_t)(subtract ? al - by : al + by);
    flags_result(c, *reg8(c, EAX), 8, cf, 0);
    c->f_aux |= low ? AUX_AF : 0;
}

HANDLER(h_daa)
{
    decimal(c, false);
    NEXT;
}

HANDLER(h_das)
{
    decimal(c, true);
    NEXT;
}

static void ascii(struct cpu *c, int sign)
{
    uint32_t adjust = (*reg8(c, EAX) & 15) > 9 || flag_af(c);

    if (adjust)
        *reg16(c, EAX) = (uint16_t)(*reg16(c, EAX) + sign * 0x106);
    *reg8(c, EAX) &= 15;
    flags_result(c, *reg8(c, EAX), 8, adjust, 0);
    c->f_aux |= adjust ? AUX_AF : 0;
}

HANDLER(h_aaa)
{
    ascii(c, 1);
    NEXT;
}

HANDLER(h_aas)
{
    ascii(c, -1);
    NEXT;
}

HANDLER(h_aam)
{
    uint8_t al = *reg8(c, EAX), by = (uint8_t)o->imm;

    if (!by)
        raise_fault(c, o, VEC_DE, NO_ERROR);
    *reg16(c, EAX) = (uint16_t)(al / by << 8 | al % by);
    flags_logic(c, *reg8(c, EAX), 8);
    NEXT;
}

HANDLER(h_aad)
{
    uint32_t ax = *reg16(c, EAX);

    *reg16(c, EAX) = (uint8_t)((ax & 0xff) + (ax >> 8) * o->imm);
    flags_logic(c, *reg8(c, EAX), 8);
    NEXT;
}
