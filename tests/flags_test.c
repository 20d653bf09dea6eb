/* SPDX-License-Identifier: MIT */
/* Lazy flags: every combination can be said, every partial update leaves the other flags alone. */
#include "interp/flags.h"

#include <criterion/criterion.h>

enum { COMBINATIONS = 64 };

/* The six arithmetic flags as the bits of a number. */
static uint32_t combination(unsigned n)
{
    static const uint32_t flag[6] = {FL_CF, FL_PF, FL_AF, FL_ZF, FL_SF, FL_OF};
    uint32_t f = 0;

    for (unsigned i = 0; i < 6; i++)
        f |= n >> i & 1 ? flag[i] : 0;
    return f;
}

/* What a flags register must be after `mask` of it was replaced. */
static uint32_t replaced(uint32_t f, uint32_t mask, uint32_t by)
{
    return (f & ~mask) | (by & mask);
}

Test(flags, survive_the_round_trip)
{
    for (unsigned n = 0; n < COMBINATIONS; n++) {
        struct cpu c = {0};
        uint32_t f = combination(n);

        flags_set(&c, f | ~(uint32_t)FL_STATUS); /* other bits are none of its business */
        cr_assert_eq(flags_get(&c), f, "%x came back as %x", f, flags_get(&c));
        cr_assert_eq(flag_cf(&c) * FL_CF + flag_pf(&c) * FL_PF + flag_af(&c) * FL_AF + flag_zf(&c) * FL_ZF +
                         flag_sf(&c) * FL_SF + flag_of(&c) * FL_OF,
                     f);
    }
}

static void check(const struct cpu *c, uint32_t from, uint32_t mask, uint32_t by, const char *what)
{
    cr_assert_eq(flags_get(c), replaced(from, mask, by), "%s on %x: %x, not %x", what, from, flags_get(c),
                 replaced(from, mask, by));
}

/* From every combination, and after another update: what one leaves behind must not confuse the next. */
Test(flags, change_alone)
{
    for (unsigned n = 0; n < COMBINATIONS; n++)
        for (unsigned v = 0; v < 4; v++) {
            struct cpu c = {0};
            uint32_t f = combination(n), cf = v & 1, of = v >> 1;

            flags_set(&c, f);
            flags_cf(&c, cf);
            check(&c, f, FL_CF, cf * FL_CF, "CF");
            flags_set_zf(&c, of);
            check(&c, f, FL_CF | FL_ZF, cf * FL_CF | of * FL_ZF, "CF, then ZF");
            flags_cf_of(&c, of, cf);
            check(&c, f, FL_CF | FL_OF | FL_ZF, of * FL_CF | cf * FL_OF | of * FL_ZF, "CF, ZF, then CF and OF");
            flags_cf(&c, cf);
            check(&c, f, FL_CF | FL_OF | FL_ZF, cf * FL_CF | cf * FL_OF | of * FL_ZF, "and CF again");
            flags_set(&c, f);
            check(&c, f, 0, 0, "all, back");
        }
}

/* CF, OF, SF, ZF, AF and PF by their definitions (SDM Vol. 1, 3.4.3.1), from the exact sum or difference. */
static uint32_t defined(int64_t exact, int64_t exact_signed, unsigned nibble, unsigned bits)
{
    uint64_t span = 1ull << bits;
    uint32_t r = (uint32_t)((uint64_t)exact & (span - 1)), f = 0;
    int64_t half = (int64_t)(span / 2);

    f |= exact < 0 || (uint64_t)exact >= span ? FL_CF : 0;
    f |= exact_signed < -half || exact_signed >= half ? FL_OF : 0;
    f |= r >> (bits - 1) ? FL_SF : 0;
    f |= r ? 0 : FL_ZF;
    f |= nibble > 15 ? FL_AF : 0;
    return f | (__builtin_parity(r & 0xff) ? 0 : FL_PF);
}

static int64_t as_signed(uint32_t v, unsigned bits)
{
    return bits == 32 ? (int32_t)v : bits == 16 ? (int16_t)v : (int8_t)v;
}

static void add_and_subtract(uint32_t a, uint32_t b, uint32_t carry, unsigned bits)
{
    struct cpu c = {0};
    uint32_t mask = bits == 32 ? UINT32_MAX : (1u << bits) - 1, want;
    int64_t sa = as_signed(a, bits), sb = as_signed(b, bits);

    flags_set(&c, FL_STATUS); /* nothing of before may shine through */
    flags_add(&c, a, b, (a + b + carry) & mask, bits);
    want = defined((int64_t)a + b + carry, sa + sb + carry, (a & 15) + (b & 15) + carry, bits);
    cr_assert_eq(flags_get(&c), want, "%x + %x + %u, %u bits: %x, not %x", a, b, carry, bits, flags_get(&c), want);
    flags_set(&c, FL_STATUS);
    flags_sub(&c, a, b, (a - b - carry) & mask, bits);
    want = defined((int64_t)a - b - carry, sa - sb - carry, (a & 15) - (b & 15) - carry, bits);
    cr_assert_eq(flags_get(&c), want, "%x - %x - %u, %u bits: %x, not %x", a, b, carry, bits, flags_get(&c), want);
}

Test(flags, of_sums_and_differences)
{
    uint64_t seed = 0x464c414753;

    for (uint32_t n = 0; n < 1u << 17; n++)
        add_and_subtract(n & 0xff, n >> 8 & 0xff, n >> 16, 8);
    for (unsigned n = 0; n < 500000; n++) {
        unsigned bits = n & 1 ? 16 : 32, shift = n >> 1 & 7;
        uint32_t a, b;

        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        /* often near zero or near the ends, where carries are decided */
        a = (uint32_t)((int32_t)(uint32_t)seed >> (4 * shift)) & (bits == 16 ? 0xffff : UINT32_MAX);
        b = (uint32_t)((int32_t)(seed >> 32) >> (4 * (seed & 7))) & (bits == 16 ? 0xffff : UINT32_MAX);
        add_and_subtract(a, b, n >> 4 & 1, bits);
    }
}

/* Results, with carries given: 8, 16 and 32 bits. */
Test(flags, of_logic_and_results)
{
    static const uint32_t result[] = {0, 1, 3, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000};

    for (unsigned n = 0; n < 3 * 4 * sizeof result / sizeof *result; n++) {
        struct cpu c = {0};
        unsigned bits = 8u << n % 3, cf = n / 3 % 2, of = n / 6 % 2;
        uint32_t r = result[n / 12] & (bits == 32 ? UINT32_MAX : (1u << bits) - 1);
        uint32_t want = defined(r, as_signed(r, bits), 0, bits);

        flags_set(&c, FL_STATUS);
        flags_logic(&c, r, bits);
        cr_assert_eq(flags_get(&c), want, "logic %x, %u bits", r, bits);
        flags_set(&c, FL_STATUS);
        flags_result(&c, r, bits, cf, of);
        cr_assert_eq(flags_get(&c), want | cf * FL_CF | of * FL_OF, "result %x, %u bits", r, bits);
    }
}

/* SDM Vol. 2, appendix B.1.4.7. */
Test(flags, make_conditions)
{
    for (unsigned n = 0; n < COMBINATIONS; n++) {
        struct cpu c = {0};
        uint32_t f = combination(n);
        bool cf = f & FL_CF, zf = f & FL_ZF, sf = f & FL_SF, of = f & FL_OF, pf = f & FL_PF;
        bool even[8] = {of, cf, zf, cf || zf, sf, pf, sf != of, zf || sf != of};

        flags_set(&c, f);
        for (unsigned cc = 0; cc < 16; cc++)
            cr_assert_eq(condition(&c, cc), (uint32_t)(even[cc / 2] != (cc & 1)), "condition %u of %x", cc, f);
    }
}
