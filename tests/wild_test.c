/* SPDX-License-Identifier: MIT */
/* Wild guests at ring 0, drawn at random: none crashes the machine, leaves it, or passes its budget (tests/support/wild.h). */
#include <criterion/criterion.h>

#include "tests/support/rounds.h"
#include "tests/support/wild.h"

/* xorshift64 (Marsaglia 2003). */
static uint64_t draw(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

Test(wild, guests_end_in_good_order, .timeout = 1800)
{
    unsigned n = rounds(500, 100000);
    uint64_t seed = 0x52696e6773696465;
    uint8_t bytes[400];

    for (unsigned i = 0; i < n; i++) {
        size_t size = 20 + draw(&seed) % (sizeof bytes - 20);

        for (size_t at = 0; at < size; at++)
            bytes[at] = (uint8_t)(draw(&seed) >> 24);
        wild_run(bytes, size);
    }
    printf("judge: wild guests at ring 0: %u runs\n", n);
}
