/* SPDX-License-Identifier: MIT */
/*
 * compute: arithmetic in user mode, no system call in between: what runs as fast under a monitor as without one. A round sieves
 * primes, sorts numbers, and multiplies matrices; the note at the end is a sum of all, so that a wrong machine is noticed.
 */
#include "guests/bantam/user/libc/libc.h"

enum { SIEVE = 8192, SORTED = 512, SIDE = 24 };

static uint32_t primes(void)
{
    static uint8_t composite[SIEVE];
    uint32_t count = 0;

    memset(composite, 0, sizeof composite);
    for (uint32_t i = 2; i < SIEVE; i++) {
        if (composite[i])
            continue;
        count++;
        for (uint32_t j = i * i; j < SIEVE; j += i)
            composite[j] = 1;
    }
    return count;
}

static uint32_t sorted(unsigned *seed)
{
    static uint32_t v[SORTED];
    uint32_t sum = 0;

    for (int i = 0; i < SORTED; i++)
        v[i] = rand_next(seed);
    for (int gap = SORTED / 2; gap; gap /= 2) /* Shell's sort */
        for (int i = gap; i < SORTED; i++) {
            const uint32_t x = v[i];
            int j = i;

            for (; j >= gap && v[j - gap] > x; j -= gap)
                v[j] = v[j - gap];
            v[j] = x;
        }
    for (int i = 0; i < SORTED; i++)
        sum = sum * 31 + v[i];
    return sum;
}

static uint32_t multiplied(unsigned *seed)
{
    static uint32_t a[SIDE][SIDE], b[SIDE][SIDE];
    uint32_t sum = 0;

    for (int i = 0; i < SIDE * SIDE; i++) {
        a[i / SIDE][i % SIDE] = rand_next(seed);
        b[i / SIDE][i % SIDE] = rand_next(seed);
    }
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) {
            uint32_t c = 0;

            for (int k = 0; k < SIDE; k++)
                c += a[i][k] * b[k][j];
            sum = sum * 33 ^ c;
        }
    return sum;
}

int main(int argc, char **argv)
{
    unsigned rounds = 20, seed = 1;
    const struct option table[] = {{"--rounds", &rounds, NULL, "how often"}, {0}};
    uint32_t sum = 0;
    uint64_t start;
    char note[16];

    options(argc, argv, "cycles of a round of arithmetic", table);
    start = clock();
    for (unsigned i = 0; i < rounds; i++) {
        sum = sum * 17 + primes();
        sum = sum * 17 + sorted(&seed);
        sum = sum * 17 + multiplied(&seed);
    }
    start = clock() - start;
    snprintf(note, sizeof note, "%08x", sum);
    result("compute", start, rounds, "cycles", note);
    return 0;
}
