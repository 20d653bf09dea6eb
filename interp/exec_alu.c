/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic and logic (SDM Vol. 1, 7.3.2 and 7.3.5). Each operation is one inline function of width BITS that computes
 * and sets flags; the operand forms are stamped from it.
 */
#include "interp/exec_memory.h"

/* The operations: r = a OP b with flags, at a width. */
#define DEFINE_OPS(bits)                                                                                               \
    static inline uint##bits##_t add##bits(struct cpu *c, uint##bits##_t a, uint##bits##_t b)                          \
    {                                                                                                                  \
        uint##bits##_t r = (uint##bits##_t)(a + b);                                                                    \
        flags_add(c, a, b, r, bits);                                                                                   \
        return r;                                                                                                      \
    }                                                                                                                  \
    static inline uint##bits##_t adc##bits(struct cpu *c, uint##bits##_t a, uint##bits##_t b)                          \
    {                                                                                                                  \
        uint##bits##_t r = (uint##bits##_t)(a + b + flag_cf(c));                                                       \
        flags_add(c, a, b, r, bits);                                                                                   \
        return r;                                                                                                      \
    }                                                                                                                  \
    static inline uint##bits##_t sub##bits(struct cpu *c, uint##bits##_t a, uint##bits##_t b)                          \
    {                                                                                                                  \
        uint##bits##_t r = (uint##bits##_t)(a - b);                                                                    \
        flags_sub(c, a, b, r, bits);                                                                                   \
        return r;                                                                                                      \
    }                                                                                                                  \
    static inline uint##bits##_t sbb##bits(struct cpu *c, uint##bits##_t a, uint##bits##_t b)                          \
    {                                                                                                                  \
        uint##bits##_t r = (uint##bits##_t)(a - b - flag_cf(c));                                                       \
        flags_sub(c, a, b, r, bits);                                                                                   \
        return r;                                                                                                      \
    }                                                                                                                  \
    static inline uint##bits##_t and##bits(struct cpu *c, uint##bits##_t a, uint##bits##_t b)                          \
    {                                                                                                                  \
        flags_logic(c, a &b, bits);                                                                                    \
        return a & b;                                                                                                  \
    }                                                                                                                  \
    static inline uint##bits##_t or ##bits(struct cpu *c, uint##bits##_t a, uint##bits##_t b)                          \
    {                                                                                                                  \
        flags_logic(c, a | b, bits);                                                                                   \
        return a | b;                                                                                                  \
    }                                                                                                                  \
    static inline uint##bits##_t xor ##bits(struct cpu *c, uint##bits##_t a, uint##bits##_t b)                         \
    {                                                                                                                  \
        flags_logic(c, a ^ b, bits);                                                                                   \
        return a ^ b;                                                                                                  \
    }                                                                                                                  \
    /* INC and DEC keep CF; OF is where the sign changes the wrong way. */                                             \
    static inline uint##bits##_t inc##bits(struct cpu *c, uint##bits##_t a)                                            \
    {                                                                                                                  \
        uint##bits##_t r = (uint##bits##_t)(a + 1);                                                                    \
        uint32_t cf = flag_cf(c);                                                                                      \
        flags_result(c, r, bits, cf, r == (uint##bits##_t)(1u << (bits - 1)));                                         \
        c->f_aux |= (r & 15) == 0 ? AUX_AF : 0;                                                                        \
        return r;                                                                                                      \
    }                                                                                                                  \
    static inline uint##bits##_t dec##bits(struct cpu *c, uint##bits##_t a)                                            \
    {                                                                                                                  \
        uint##bits##_t r = (uint##bits##_t)(a - 1);                                                                    \
        uint32_t cf = flag_cf(c);                                                                                      \
        flags_result(c, r, bits, cf, a == (uint##bits##_t)(1u << (bits - 1)));                                         \
        c->f_aux |= (a & 15) == 0 ? AUX_AF : 0;                                                                        \
        return r;                                                                                                      \
    }                                                                                                                  \
    static inline uint##bits##_t neg##bits(struct cpu *c, uint##bits##_t a)                                            \
    {                                                                                                                  \
        return sub##bits(c, 0, a);                                                                                     \
    }                                                                                                                  \
    static inline uint##bits##_t not ##bits(struct cpu * c, uint##bits##_t a)                                          \
    {                                                                                                                  \
        (void)c;                                                                                                       \
        return (uint##bits##_t) ~a;                                                                                    \
    }

DEFINE_OPS(8)
DEFINE_OPS(16)
DEFINE_OPS(32)

/* a = a OP b, in the five forms of isa.def. */
#define BINARY(name, bits)                                                                                             \
    HANDLER(h_##name##bits##_rr)                                                                                       \
    {                                                                                                                  \
        uint##bits##_t *a = reg##bits(c, o->reg);                                                                      \
        *a = name##bits(c, *a, *reg##bits(c, o->base));                                                                \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    LOADING(h_##name##bits##_rm, bits, b)                                                                              \
    {                                                                                                                  \
        uint##bits##_t *a = reg##bits(c, o->reg);                                                                      \
        *a = name##bits(c, *a, b);                                                                                     \
    }                                                                                                                  \
    HANDLER(h_##name##bits##_ri)                                                                                       \
    {                                                                                                                  \
        uint##bits##_t *a = reg##bits(c, o->reg);                                                                      \
        *a = name##bits(c, *a, (uint##bits##_t)o->imm);                                                                \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    CHANGING(h_##name##bits##_mr, bits, a)                                                                             \
    {                                                                                                                  \
        return name##bits(c, a, *reg##bits(c, o->reg));                                                                \
    }                                                                                                                  \
    CHANGING(h_##name##bits##_mi, bits, a)                                                                             \
    {                                                                                                                  \
        return name##bits(c, a, (uint##bits##_t)o->imm);                                                               \
    }

/* The same without a result: CMP is SUB, TEST is AND. */
#define COMPARE(name, op, bits)                                                                                        \
    HANDLER(h_##name##bits##_rr)                                                                                       \
    {                                                                                                                  \
        op##bits(c, *reg##bits(c, o->reg), *reg##bits(c, o->base));                                                    \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    LOADING(h_##name##bits##_rm, bits, b)                                                                              \
    {                                                                                                                  \
        op##bits(c, *reg##bits(c, o->reg), b);                                                                         \
    }                                                                                                                  \
    HANDLER(h_##name##bits##_ri)                                                                                       \
    {                                                                                                                  \
        op##bits(c, *reg##bits(c, o->reg), (uint##bits##_t)o->imm);                                                    \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    LOADING(h_##name##bits##_mr, bits, a)                                                                              \
    {                                                                                                                  \
        op##bits(c, a, *reg##bits(c, o->reg));                                                                         \
    }                                                                                                                  \
    LOADING(h_##name##bits##_mi, bits, a)                                                                              \
    {                                                                                                                  \
        op##bits(c, a, (uint##bits##_t)o->imm);                                                                        \
    }

/* a = OP a. */
#define UNARY(name, bits)                                                                                              \
    HANDLER(h_##name##bits##_r)                                                                                        \
    {                                                                                                                  \
        uint##bits##_t *a = reg##bits(c, o->reg);                                                                      \
        *a = name##bits(c, *a);                                                                                        \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    CHANGING(h_##name##bits##_m, bits, a)                                                                              \
    {                                                                                                                  \
        return name##bits(c, a);                                                                                       \
    }

/* Exchange-and-add, compare-and-exchange: register forms, then memory (SDM Vol. 2, XADD, CMPXCHG). */
#define ATOMICS(bits)                                                                                                  \
    HANDLER(h_xadd##bits##_rr)                                                                                         \
    {                                                                                                                  \
        uint##bits##_t *a = reg##bits(c, o->reg), *b = reg##bits(c, o->base), old = *a;                                \
        uint##bits##_t sum = add##bits(c, old, *b);                                                                    \
        *b = old;                                                                                                      \
        *a = sum;                                                                                                      \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_xadd##bits##_mr)                                                                                         \
    {                                                                                                                  \
        uint8_t *p;                                                                                                    \
        uint##bits##_t a = rmw##bits(c, o, o->seg, ea(c, o), &p), *b = reg##bits(c, o->reg);                           \
        uint##bits##_t sum = add##bits(c, a, *b);                                                                      \
        *b = a;                                                                                                        \
        rmw_done##bits(c, p, sum);                                                                                     \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_cmpxchg##bits##_rr)                                                                                      \
    {                                                                                                                  \
        uint##bits##_t *a = reg##bits(c, o->reg), *acc = reg##bits(c, EAX);                                            \
        sub##bits(c, *acc, *a);                                                                                        \
        if (flag_zf(c))                                                                                                \
            *a = *reg##bits(c, o->base);                                                                               \
        else                                                                                                           \
            *acc = *a;                                                                                                 \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    /* Memory is written in both cases: the store's faults are raised, and what was there is written back. */          \
    HANDLER(h_cmpxchg##bits##_mr)                                                                                      \
    {                                                                                                                  \
        uint8_t *p;                                                                                                    \
        uint##bits##_t a = rmw##bits(c, o, o->seg, ea(c, o), &p), *acc = reg##bits(c, EAX);                            \
        sub##bits(c, *acc, a);                                                                                         \
        if (flag_zf(c)) {                                                                                              \
            rmw_done##bits(c, p, *reg##bits(c, o->reg));                                                               \
        } else {                                                                                                       \
            rmw_done##bits(c, p, a);                                                                                   \
            *acc = a;                                                                                                  \
        }                                                                                                              \
        NEXT;                                                                                                          \
    }

#define ALL_WIDTHS(bits)                                                                                               \
    BINARY(add, bits)                                                                                                  \
    BINARY(or, bits)                                                                                                   \
    BINARY(adc, bits)                                                                                                  \
    BINARY(sbb, bits)                                                                                                  \
    BINARY(and, bits)                                                                                                  \
    BINARY(sub, bits)                                                                                                  \
    BINARY(xor, bits)                                                                                                  \
    COMPARE(cmp, sub, bits)                                                                                            \
    COMPARE(test, and, bits)                                                                                           \
    UNARY(inc, bits)                                                                                                   \
    UNARY(dec, bits)                                                                                                   \
    UNARY(neg, bits)                                                                                                   \
    UNARY(not, bits)                                                                                                   \
    ATOMICS(bits)

ALL_WIDTHS(8)
ALL_WIDTHS(16)
ALL_WIDTHS(32)

/* Eight bytes are two accesses; both must be writable before either is written (SDM Vol. 2, CMPXCHG8B). */
HANDLER(h_cmpxchg8b)
{
    uint32_t at = ea(c, o), lo, hi, zf;

    begin(c, o);
    lin_probe_write(c, segment_linear(c, NULL, o->seg, at, 8, true), 8, c->cpl == 3);
    lo = load32(c, NULL, o->seg, at);
    hi = load32(c, NULL, o->seg, at + 4);
    zf = lo == c->r[EAX] && hi == c->r[EDX];
    if (zf) {
        store32(c, NULL, o->seg, at, c->r[EBX]);
        store32(c, NULL, o->seg, at + 4, c->r[ECX]);
    } else {
        c->r[EAX] = lo;
        c->r[EDX] = hi;
    }
    flags_set_zf(c, zf);
    return finish(c, o);
}
