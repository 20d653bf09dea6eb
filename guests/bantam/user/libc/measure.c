/* SPDX-License-Identifier: MIT */
/* What a workload has to say: one line in one form, which tables are made from. */
#include "guests/bantam/user/libc/libc.h"

void result(const char *name, uint64_t total, uint64_t n, const char *unit, const char *note)
{
    const uint64_t tenths = n ? total * 10 / n : 0;

    printf("%s %llu.%u %s%s%s\n", name, tenths / 10, (unsigned)(tenths % 10), unit, note ? " " : "", note ? note : "");
}
