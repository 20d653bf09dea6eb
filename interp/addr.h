/* SPDX-License-Identifier: MIT */
/*
 * Addresses that do not mix. Above interp/ an address is always one of these three one-member structs, so that the
 * compiler refuses a guest-"physical" address where a machine address belongs:
 *
 *      gva --(guest page tables)--> gpa --(p2m)--> hpa
 *
 * gva_t is linear, after segmentation. gpa_t and hpa_t hold 64 bits (PAE comes later). Inside interp/ there is one
 * machine and one meaning, and plain integers named `lin` and `pa` are used.
 */
#ifndef INTERP_ADDR_H
#define INTERP_ADDR_H

#include <stdint.h>

typedef struct {
    uint32_t v;
} gva_t;

typedef struct {
    uint64_t v;
} gpa_t;

typedef struct {
    uint64_t v;
} hpa_t;

enum { PAGE_SHIFT = 12, PAGE_SIZE = 1 << PAGE_SHIFT, PAGE_OFFSET = PAGE_SIZE - 1 };

static inline gva_t gva(uint32_t v)
{
    return (gva_t){v};
}

static inline gpa_t gpa(uint64_t v)
{
    return (gpa_t){v};
}

static inline hpa_t hpa(uint64_t v)
{
    return (hpa_t){v};
}

#endif
