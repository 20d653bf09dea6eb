/* SPDX-License-Identifier: MIT */
/*
 * The bench kernels. Each takes all its time in one kind of work and ends with a checksum that depends on all of it.
 * SCALE divides the work.
 */
#include "bench.h"

#ifndef SCALE
#define SCALE 1
#endif

static uint32_t scramble(uint32_t x)
{
    x ^= x << 13;
    x ^= x >> 17;
    return x ^ x << 5;
}

uint32_t empty(void)
{
    return 0;
}

/* Registers only: dependent arithmetic, shifts, multiplication. */
uint32_t alu(void)
{
    uint32_t a = 1, b = 0x9e3779b9, c = 7;

    for (uint32_t i = 0; i < 30000000 / SCALE; i++) {
        a += b ^ (c << 3);
        b = (b >> 5 | b << 27) + i;
        c = c * 5 + (a & 0xff);
        a ^= a >> 7;
    }
    return a ^ b ^ c;
}

/* Byte stores at strides. */
uint32_t sieve(void)
{
    enum { LIMIT = 1 << 20 };
    static uint8_t composite[LIMIT];
    uint32_t primes = 0;

    for (uint32_t round = 0; round < 16 / SCALE + 1; round++) {
        fill(composite, 0, LIMIT);
        primes = 0;
        for (uint32_t i = 2; i < LIMIT; i++) {
            if (composite[i])
                continue;
            primes++;
            for (uint32_t j = 2 * i; j < LIMIT; j += i)
                composite[j] = 1;
        }
    }
    return primes;
}

/* Heap sort: loads, compares, branches that are hard to guess. */
static void sift(uint32_t *v, uint32_t root, uint32_t n)
{
    for (uint32_t child; (child = 2 * root + 1) < n; root = child) {
        uint32_t t;

        if (child + 1 < n && v[child + 1] > v[child])
            child++;
        if (v[root] >= v[child])
            return;
        t = v[root];
        v[root] = v[child];
        v[child] = t;
    }
}

uint32_t sort(void)
{
    enum { COUNT = 1 << 16 };
    static uint32_t v[COUNT];
    uint32_t x = 1, sum = 0;

    for (uint32_t round = 0; round < 12 / SCALE + 1; round++) {
        for (uint32_t i = 0; i < COUNT; i++)
            v[i] = x = scramble(x);
        for (uint32_t i = COUNT / 2; i-- > 0;)
            sift(v, i, COUNT);
        for (uint32_t n = COUNT; n-- > 1;) {
            uint32_t t = v[0];

            v[0] = v[n];
            v[n] = t;
            sift(v, 0, n);
        }
        for (uint32_t i = 0; i < COUNT; i++)
            sum = sum * 31 + v[i];
    }
    return sum;
}

/* A table lookup for each byte. */
uint32_t crc32(void)
{
    enum { SIZE = 1 << 18 };
    static uint8_t data[SIZE];
    static uint32_t table[256];
    uint32_t crc = ~0u, x = 9;

    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;

        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
        table[i] = c;
    }
    for (uint32_t i = 0; i < SIZE; i++)
        data[i] = (uint8_t)(x = scramble(x));
    for (uint32_t round = 0; round < 160 / SCALE; round++)
        for (uint32_t i = 0; i < SIZE; i++)
            crc = table[(crc ^ data[i]) & 0xff] ^ crc >> 8;
    return ~crc;
}

/* REP MOVSD and REP STOSD over pages. */
uint32_t memcpy_(void)
{
    enum { SIZE = 1 << 16 };
    static uint32_t from[SIZE / 4], to[SIZE / 4];
    uint32_t sum = 0;

    for (uint32_t round = 0; round < 3000 / SCALE; round++) {
        fill_words(from, round, SIZE / 4);
        copy_words(to, from, SIZE / 4);
        sum = sum * 33 + to[round % (SIZE / 4)];
    }
    return sum;
}

/* More pages than a TLB holds, CR3 reloaded now and then, INVLPG. */
uint32_t paging(void)
{
    uint32_t sum = 0, x = 3;

    paging_on();
    for (uint32_t round = 0; round < 400 / SCALE; round++) {
        for (uint32_t page = 0; page < 2048; page++) {
            volatile uint32_t *at = window(page);

            *at += x = scramble(x);
            sum += *at;
        }
        for (uint32_t n = 0; n < 32; n++)
            flush_page(window((round + n * 7) % 2048));
        if (round % 4 == 0)
            flush_all();
    }
    return sum;
}

/* INT 0x80 from ring 3 and back. */
static uint32_t user_sum;

static void user_program(void)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < 400000 / SCALE; i++)
        sum = system_call(sum, i);
    user_sum = sum;
    system_leave();
}

uint32_t syscall(void)
{
    gate(0x80, syscall_entry, 3);
    gate(0x81, leave_user, 3);
    run_user(user_program);
    return user_sum ^ calls;
}

/* A page fault that is repaired, for each touch. */
uint32_t fault(void)
{
    uint32_t sum = 0;

    gate(14, fault_entry, 0);
    paging_on();
    for (uint32_t i = 0; i < 200000 / SCALE; i++) {
        volatile uint32_t *at = absent_page(i % 256);

        sum = sum * 3 + *at + i;
    }
    return sum ^ faults;
}
