/* SPDX-License-Identifier: MIT */
/*
 * 64-bit division, which the compiler calls by these names where the processor has no instruction for it (there is no libgcc
 * here). By shift and subtract: it is for printing figures, not for speed.
 */
#include "guests/bantam/user/libc/libc.h"

uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *rest);
uint64_t __udivdi3(uint64_t n, uint64_t d), __umoddi3(uint64_t n, uint64_t d);
int64_t __divdi3(int64_t n, int64_t d), __moddi3(int64_t n, int64_t d);

uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *rest)
{
    uint64_t quotient = 0, r = 0;

    if (n <= UINT32_MAX && d <= UINT32_MAX) { /* d == 0 faults, as it should */
        *rest = (uint32_t)n % (uint32_t)d;
        return (uint32_t)n / (uint32_t)d;
    }
    for (int bit = 63; bit >= 0; bit--) {
        const bool carry = r >> 63;

        r = r << 1 | (n >> bit & 1);
        if (carry || r >= d) {
            r -= d;
            quotient |= 1ull << bit;
        }
    }
    *rest = r;
    return quotient;
}

uint64_t __udivdi3(uint64_t n, uint64_t d)
{
    uint64_t rest;

    return __udivmoddi4(n, d, &rest);
}

uint64_t __umoddi3(uint64_t n, uint64_t d)
{
    uint64_t rest;

    __udivmoddi4(n, d, &rest);
    return rest;
}

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

int64_t __divdi3(int64_t n, int64_t d)
{
    const uint64_t q = __udivdi3(magnitude(n), magnitude(d));

    return (int64_t)((n < 0) != (d < 0) ? 0 - q : q);
}

int64_t __moddi3(int64_t n, int64_t d)
{
    const uint64_t r = __umoddi3(magnitude(n), magnitude(d));

    return (int64_t)(n < 0 ? 0 - r : r);
}
