/* SPDX-License-Identifier: MIT */
/*
 * lat_pagefault: a page's first touch. lmbench's lat_pagefault: the pages of a mapping are read in random order; what mapping
 * and unmapping them costs is taken off. lmbench maps a file, Bantam has anonymous memory only: so zeroing the page counts.
 */
#include "guests/bantam/user/libc/libc.h"

enum { PAGE = 4096 };

static unsigned *shuffled(unsigned n)
{
    unsigned *order = malloc(n * sizeof *order), seed = 1;

    if (!order)
        die("lat_pagefault: no memory");
    for (unsigned i = 0; i < n; i++) {
        const unsigned at = rand_next(&seed) % (i + 1);

        order[i] = order[at];
        order[at] = i;
    }
    return order;
}

static uint64_t timed(unsigned rounds, unsigned pages, const unsigned *order, bool touch)
{
    const uint64_t start = clock();

    for (unsigned i = 0; i < rounds; i++) {
        volatile char *at = mmap(pages * PAGE);

        if (failed((char *)at))
            die("lat_pagefault: no memory");
        for (unsigned p = 0; touch && p < pages; p++)
            (void)at[order[p] * PAGE];
        munmap((char *)at, pages * PAGE);
    }
    return clock() - start;
}

int main(int argc, char **argv)
{
    unsigned rounds = 4, pages = 256;
    const struct option table[] = {
        {"--pages", &pages, NULL, "of the mapping"}, {"--rounds", &rounds, NULL, "how often"}, {0}};
    const unsigned *order;
    uint64_t bare, all;

    options(argc, argv, "cycles of a page's first touch", table);
    order = shuffled(pages);
    bare = timed(rounds, pages, order, false);
    all = timed(rounds, pages, order, true);
    result("lat_pagefault", all > bare ? all - bare : 0, (uint64_t)rounds * pages, "cycles", NULL);
    return 0;
}
