/* SPDX-License-Identifier: MIT */
/*
 * Shifts, rotates and bit instructions (SDM Vol. 1, 7.3.4 to 7.3.6). The count is taken modulo 32; a count of 0 changes no
 * flag. OF is defined for counts of 1 only; the same formula serves all counts here. AF, undefined, is cleared by shifts.
 */
#include "interp/exec.h"

#define DEFINE_SHIFTS(bits)                                                                                            \
    static inline uint##bits##_t shl##bits(struct cpu *c, uint##bits##_t a, unsigned n)                                \
    {                                                                                                                  \
        uint64_t wide;                                                                                                 \
        if (!(n &= 31))                                                                                                \
            return a;                                                                                                  \
        wide = (uint64_t)a << n;                                                                                       \
        uint##bits##_t r = (uint##bits##_t)wide;                                                                       \
        uint32_t cf = wide >> bits & 1;                                                                                \
        flags_result(c, r, bits, cf, cf ^ (uint32_t)(r >> (bits - 1)));                                                \
        return r;                                                                                                      \
    }                                                                                                                  \
    static inline uint##bits##_t shr##bits(struct cpu *c, uint##bits##_t a, unsigned n)                                \
    {                                                                                                                  \
        if (!(n &= 31))                                                                                                \
            return a;                                                                                                  \
        uint##bits##_t r = (uint##bits##_t)((uint64_t)a >> n);                                                         \
        flags_result(c, r, bits, (uint32_t)((uint64_t)a >> (n - 1) & 1),                                               \
                     (uint32_t)((r ^ (r << 1)) >> (bits - 1) & 1));                                                    \
        return r;                                                                                                      \
    }                                                                                                                  \
    static inline uint##bits##_t sar##bits(struct cpu *c, uint##bits##_t a, unsigned n)                                \
    {                                                                                                                  \
        int64_t wide = (int##bits##_t)a;                                                                               \
        if (!(n &= 31))                                                                                                \
            return a;                                                                                                  \
        uint##bits##_t r = (uint##bits##_t)(wide >> n);                                                                \
        flags_result(c, r, bits, wide >> (n - 1) & 1, 0);                                                              \
        return r;                                                                                                      \
    }                                                                                                                  \
    static inline uint##bits##_t rol##bits(struct cpu *c, uint##bits##_t a, unsigned n)                                \
    {                                                                                                                  \
        if (!(n &= 31))                                                                                                \
            return a;                                                                                                  \
        n &= bits - 1;                                                                                                 \
        uint##bits##_t r = (uint##bits##_t)((uint64_t)a << n | (uint64_t)a >> (bits - n));                             \
        flags_cf_of(c, r & 1, (r ^ r >> (bits - 1)) & 1);                                                              \
        return r;                                                                                                      \
    }                                                                                                                  \
    static inline uint##bits##_t ror##bits(struct cpu *c, uint##bits##_t a, unsigned n)                                \
    {                                                                                                                  \
        if (!(n &= 31))                                                                                                \
            return a;                                                                                                  \
        n &= bits - 1;                                                                                                 \
        uint##bits##_t r = (uint##bits##_t)((uint64_t)a >> n | (uint64_t)a << (bits - n));                             \
        flags_cf_of(c, r >> (bits - 1), (r >> (bits - 1) ^ r >> (bits - 2)) & 1);                                      \
        return r;                                                                                                      \
    }                                                                                                                  \
    /* Through CF: a rotate of bits + 1 places. */                                                                     \
    static inline uint##bits##_t rcl##bits(struct cpu *c, uint##bits##_t a, unsigned n)                                \
    {                                                                                                                  \
        uint64_t wide = (uint64_t)flag_cf(c) << bits | a;                                                              \
        n = (n & 31) % (bits + 1);                                                                                     \
        if (!n)                                                                                                        \
            return a;                                                                                                  \
        wide = wide << n | wide >> (bits + 1 - n);                                                                     \
        uint32_t cf = wide >> bits & 1;                                                                                \
        flags_cf_of(c, cf, cf ^ (wide >> (bits - 1) & 1));                                                             \
        return (uint##bits##_t)wide;                                                                                   \
    }                                                                                                                  \
    static inline uint##bits##_t rcr##bits(struct cpu *c, uint##bits##_t a, unsigned n)                                \
    {                                                                                                                  \
        uint64_t wide = (uint64_t)flag_cf(c) << bits | a;                                                              \
        n = (n & 31) % (bits + 1);                                                                                     \
        if (!n)                                                                                                        \
            return a;                                                                                                  \
        wide = wide >> n | wide << (bits + 1 - n);                                                                     \
        flags_cf_of(c, wide >> bits & 1, (wide >> (bits - 1) ^ wide >> (bits - 2)) & 1);                               \
        return (uint##bits##_t)wide;                                                                                   \
    }

DEFINE_SHIFTS(8)
DEFINE_SHIFTS(16)
DEFINE_SHIFTS(32)

#define SHIFT_BY(name, bits, suffix, count)                                                                            \
    HANDLER(h_##name##bits##_r##suffix)                                                                                \
    {                                                                                                                  \
        uint##bits##_t *a = reg##bits(c, o->reg);                                                                      \
        *a = name##bits(c, *a, count);                                                                                 \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_##name##bits##_m##suffix)                                                                                \
    {                                                                                                                  \
        uint8_t *p;                                                                                                    \
        uint##bits##_t a = rmw##bits(c, o, o->seg, ea(c, o), &p);                                                      \
        rmw_done##bits(c, p, name##bits(c, a, count));                                                                 \
        NEXT;                                                                                                          \
    }

#define FORMS_OF(name, bits) SHIFT_BY(name, bits, i, o->imm) SHIFT_BY(name, bits, c, *reg8(c, ECX * 4))
#define ALL_WIDTHS(name) FORMS_OF(name, 8) FORMS_OF(name, 16) FORMS_OF(name, 32)
ALL_WIDTHS(shl)
ALL_WIDTHS(shr)
ALL_WIDTHS(sar)
ALL_WIDTHS(rol)
ALL_WIDTHS(ror)
ALL_WIDTHS(rcl)
ALL_WIDTHS(rcr)

/*
 * Double shifts. With 16-bit operands and a count over 16 the SDM leaves the result undefined; processors rotate the
 * destination:source pair on, which is what a 48-bit shift of a:b:a does.
 */
#define DEFINE_DOUBLE(bits)                                                                                            \
    static inline uint##bits##_t shld##bits(struct cpu *c, uint##bits##_t a, uint##bits##_t b, unsigned n)             \
    {                                                                                                                  \
        if (!(n &= 31))                                                                                                \
            return a;                                                                                                  \
        unsigned __int128 wide = ((unsigned __int128)a << 2 * bits | (uint64_t)b << bits | a) << n;                    \
        uint##bits##_t r = (uint##bits##_t)(wide >> 2 * bits);                                                         \
        flags_result(c, r, bits, wide >> 3 * bits & 1, (r ^ a) >> (bits - 1));                                         \
        return r;                                                                                                      \
    }                                                                                                                  \
    static inline uint##bits##_t shrd##bits(struct cpu *c, uint##bits##_t a, uint##bits##_t b, unsigned n)             \
    {                                                                                                                  \
        if (!(n &= 31))                                                                                                \
            return a;                                                                                                  \
        unsigned __int128 wide = (unsigned __int128)a << 2 * bits | (uint64_t)b << bits | a;                           \
        uint##bits##_t r = (uint##bits##_t)(wide >> n);                                                                \
        flags_result(c, r, bits, wide >> (n - 1) & 1, (r ^ a) >> (bits - 1));                                          \
        return r;                                                                                                      \
    }

DEFINE_DOUBLE(16)
DEFINE_DOUBLE(32)

#define DOUBLE_BY(name, op, bits, count)                                                                               \
    HANDLER(h_##name##bits##_rr)                                                                                       \
    {                                                                                                                  \
        uint##bits##_t *a = reg##bits(c, o->reg);                                                                      \
        *a = op##bits(c, *a, *reg##bits(c, o->base), count);                                                           \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_##name##bits##_mr)                                                                                       \
    {                                                                                                                  \
        uint8_t *p;                                                                                                    \
        uint##bits##_t a = rmw##bits(c, o, o->seg, ea(c, o), &p);                                                      \
        rmw_done##bits(c, p, op##bits(c, a, *reg##bits(c, o->reg), count));                                            \
        NEXT;                                                                                                          \
    }

#define DOUBLES(bits)                                                                                                  \
    DOUBLE_BY(shldi, shld, bits, o->imm)                                                                               \
    DOUBLE_BY(shldc, shld, bits, *reg8(c, ECX * 4))                                                                    \
    DOUBLE_BY(shrdi, shrd, bits, o->imm)                                                                               \
    DOUBLE_BY(shrdc, shrd, bits, *reg8(c, ECX * 4))

DOUBLES(16)
DOUBLES(32)

/* What BTS, BTR, BTC make of an operand and the tested bit's mask. */
static inline uint32_t bit_set(uint32_t a, uint32_t mask)
{
    return a | mask;
}

static inline uint32_t bit_reset(uint32_t a, uint32_t mask)
{
    return a & ~mask;
}

static inline uint32_t bit_complement(uint32_t a, uint32_t mask)
{
    return a ^ mask;
}

/* With a register, memory's bit offset may be anything: the bit string is addressed in operand-sized pieces (SDM Vol. 2, BT). */
static inline uint32_t bit_at(const struct cpu *c, const struct op *o, int32_t piece, unsigned size)
{
    uint32_t at = ea(c, o) + (uint32_t)piece * size;

    return o->addr16 ? at & 0xffff : at;
}

#define BIT_AT(bits) bit_at(c, o, (int##bits##_t) * reg##bits(c, o->reg) >> (bits == 16 ? 4 : 5), bits / 8)

#define BIT_TEST(bits)                                                                                                 \
    HANDLER(h_bt##bits##_rr)                                                                                           \
    {                                                                                                                  \
        flags_cf(c, *reg##bits(c, o->reg) >> (*reg##bits(c, o->base) & (bits - 1)) & 1);                               \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_bt##bits##_mr)                                                                                           \
    {                                                                                                                  \
        uint32_t a = load##bits(c, o, o->seg, BIT_AT(bits));                                                           \
        flags_cf(c, a >> (*reg##bits(c, o->reg) & (bits - 1)) & 1);                                                    \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_bt##bits##_ri)                                                                                           \
    {                                                                                                                  \
        flags_cf(c, *reg##bits(c, o->reg) >> (o->imm & (bits - 1)) & 1);                                               \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_bt##bits##_mi)                                                                                           \
    {                                                                                                                  \
        flags_cf(c, (uint32_t)load##bits(c, o, o->seg, ea(c, o)) >> (o->imm & (bits - 1)) & 1);                        \
        NEXT;                                                                                                          \
    }

#define BIT_CHANGE(name, op, bits)                                                                                     \
    static inline uint##bits##_t name##_one##bits(struct cpu *c, uint##bits##_t a, uint32_t n)                         \
    {                                                                                                                  \
        n &= bits - 1;                                                                                                 \
        flags_cf(c, a >> n & 1);                                                                                       \
        return (uint##bits##_t)op(a, 1u << n);                                                                         \
    }                                                                                                                  \
    HANDLER(h_##name##bits##_rr)                                                                                       \
    {                                                                                                                  \
        uint##bits##_t *a = reg##bits(c, o->reg);                                                                      \
        *a = name##_one##bits(c, *a, *reg##bits(c, o->base));                                                          \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_##name##bits##_mr)                                                                                       \
    {                                                                                                                  \
        uint8_t *p;                                                                                                    \
        uint##bits##_t a = rmw##bits(c, o, o->seg, BIT_AT(bits), &p);                                                  \
        rmw_done##bits(c, p, name##_one##bits(c, a, *reg##bits(c, o->reg)));                                           \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_##name##bits##_ri)                                                                                       \
    {                                                                                                                  \
        uint##bits##_t *a = reg##bits(c, o->reg);                                                                      \
        *a = name##_one##bits(c, *a, o->imm);                                                                          \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_##name##bits##_mi)                                                                                       \
    {                                                                                                                  \
        uint8_t *p;                                                                                                    \
        uint##bits##_t a = rmw##bits(c, o, o->seg, ea(c, o), &p);                                                      \
        rmw_done##bits(c, p, name##_one##bits(c, a, o->imm));                                                          \
        NEXT;                                                                                                          \
    }

/* A source of 0 sets ZF and leaves the destination as it is, as processors do (undefined in the SDM). */
#define BIT_SCAN(bits)                                                                                                 \
    static inline void bsf##bits(struct cpu *c, const struct op *o, uint32_t a)                                        \
    {                                                                                                                  \
        if (a)                                                                                                         \
            *reg##bits(c, o->reg) = (uint##bits##_t)__builtin_ctz(a);                                                  \
        flags_logic(c, a, bits);                                                                                       \
    }                                                                                                                  \
    static inline void bsr##bits(struct cpu *c, const struct op *o, uint32_t a)                                        \
    {                                                                                                                  \
        if (a)                                                                                                         \
            *reg##bits(c, o->reg) = (uint##bits##_t)(31 - __builtin_clz(a));                                           \
        flags_logic(c, a, bits);                                                                                       \
    }                                                                                                                  \
    SCAN_FORMS(bsf, bits)                                                                                              \
    SCAN_FORMS(bsr, bits)

#define SCAN_FORMS(name, bits)                                                                                         \
    HANDLER(h_##name##bits##_rr)                                                                                       \
    {                                                                                                                  \
        name##bits(c, o, *reg##bits(c, o->base));                                                                      \
        NEXT;                                                                                                          \
    }                                                                                                                  \
    HANDLER(h_##name##bits##_rm)                                                                                       \
    {                                                                                                                  \
        name##bits(c, o, load##bits(c, o, o->seg, ea(c, o)));                                                          \
        NEXT;                                                                                                          \
    }

#define BITS(bits)                                                                                                     \
    BIT_TEST(bits)                                                                                                     \
    BIT_CHANGE(bts, bit_set, bits)                                                                                     \
    BIT_CHANGE(btr, bit_reset, bits)                                                                                   \
    BIT_CHANGE(btc, bit_complement, bits)                                                                              \
    BIT_SCAN(bits)

BITS(16)
BITS(32)
