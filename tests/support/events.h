/* SPDX-License-Identifier: MIT */
/* Are events the same? By their members: what lies between those is the compiler's. */
#ifndef TESTS_SUPPORT_EVENTS_H
#define TESTS_SUPPORT_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "interp/event.h"

static inline bool events_same(const struct event *a, const struct event *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i].kind != b[i].kind || a[i].tick != b[i].tick || a[i].cycles != b[i].cycles ||
            a[i].insns != b[i].insns || memcmp(a[i].field, b[i].field, sizeof a[i].field) != 0)
            return false;
    return true;
}

#endif
