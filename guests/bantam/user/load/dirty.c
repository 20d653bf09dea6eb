/* SPDX-License-Identifier: MIT */
/* dirty: writes to a set of pages at a chosen rate: the guest that a migration has to catch up with. */
#include "guests/bantam/user/libc/libc.h"

enum { PAGE = 4096 };

int main(int argc, char **argv)
{
    unsigned pages = 64, rate = 16, ticks = 20, seed = 1, at = 0;
    const struct option table[] = {{"--pages", &pages, NULL, "in the set"},
                                   {"--rate", &rate, NULL, "pages written in a tick; 0: as many as go"},
                                   {"--ticks", &ticks, NULL, "how long"},
                                   {"--random", &seed, NULL, "0: one after the other; else at random, from this seed"},
                                   {0}};
    volatile char *set;
    uint64_t written = 0;
    int end, now;

    options(argc, argv, "pages written in a tick", table);
    set = mmap(pages * PAGE);
    if (failed((char *)set) || !pages)
        die("dirty: no memory");
    now = uptime();
    end = now + (int)ticks;
    while (now < end) {
        for (unsigned i = 0; i < (rate ? rate : 1); i++, written++) {
            at = seed ? rand_next(&seed) % pages : (at + 1) % pages;
            set[at * PAGE]++;
        }
        if (rate)
            sleep(1);
        now = uptime();
    }
    result("dirty", written, ticks, "pages/tick", NULL);
    return 0;
}
