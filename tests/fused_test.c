/* SPDX-License-Identifier: MIT */
/*
 * A comparison and the jump behind it, run as one in a block, do what they do one by one. (Single instructions have the
 * host's own processor as their judge: host_cpu.)
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/support/metal.h"

enum { DATA = 0x100000 };

static const struct {
    const char *name;
    uint8_t code[6];
    unsigned n, imm; /* bytes; those of the second operand, which follows */
} comparison[] = {
    {"cmp eax, ecx", {0x39, 0xc8}, 2, 0},  {"cmp eax, [DATA]", {0x3b, 0x05, 0x00, 0x00, 0x10, 0x00}, 6, 0},
    {"test eax, ecx", {0x85, 0xc8}, 2, 0}, {"cmp eax, imm32", {0x81, 0xf8}, 2, 4},
    {"test al, cl", {0x84, 0xc8}, 2, 0},   {"test al, imm8", {0xa8}, 1, 1},
    {"cmp al, imm8", {0x3c}, 1, 1},        {"cmp ah, imm8", {0x80, 0xfc}, 2, 1},
};

static const uint32_t operand[] = {0,          1,          2,          0x7f,       0x80,      0xff,
                                   0x7fffffff, 0x80000000, 0x80000001, 0xffff0000, 0xffffffff};
enum { COMPARISONS = sizeof comparison / sizeof comparison[0], OPERANDS = sizeof operand / sizeof operand[0] };

static void load(struct machine *m, unsigned what, unsigned cc, uint32_t a, uint32_t b)
{
    uint8_t code[32];
    unsigned n = comparison[what].n;

    memcpy(code, comparison[what].code, n);
    memcpy(code + n, &b, comparison[what].imm);
    n += comparison[what].imm;
    memcpy(code + n, (const uint8_t[]){0x70 | cc, 1, 0x43, 0x9c, 0x5a, 0xf4},
           6); /* jcc over inc ebx; pushf; pop edx; hlt */
    cr_assert_eq(machine_write(m, METAL_CODE, code, n + 6), 0);
    metal_write32(m, DATA, b);
    metal_ring(m, 0);
    m->cpu.r[EAX] = a;
    m->cpu.r[ECX] = b;
    m->cpu.r[EBX] = 0;
}

struct result {
    uint32_t jumped, flags;
    uint64_t ticks, hits;
};

static struct result result(struct machine *m, uint64_t from, uint64_t hits)
{
    tlb_count(&m->cpu);
    cr_assert_eq(m->cpu.activity, HALTED);
    return (struct result){m->cpu.r[EBX], m->cpu.r[EDX], machine_now(m) - from, m->cpu.tlb.hits - hits};
}

static struct result at_once(struct machine *m)
{
    uint64_t from = machine_now(m), hits = m->cpu.tlb.hits;

    cr_assert_eq(machine_run(m, CLOCK_NEVER), STOP_HANG);
    return result(m, from, hits);
}

static struct result one_by_one(struct machine *m)
{
    uint64_t from = machine_now(m), hits = m->cpu.tlb.hits;

    while (m->cpu.activity == ACTIVE)
        cr_assert_eq(machine_step(m, CLOCK_NEVER), STOP_STEP);
    return result(m, from, hits);
}

Test(fused, pairs_do_what_their_parts_do)
{
    struct machine *m = metal_create();
    unsigned tried = 0;

    metal_paging(m);
    for (unsigned what = 0; what < COMPARISONS; what++)
        for (unsigned n = 0; n < 16 * OPERANDS * OPERANDS; n++) {
            unsigned cc = n & 15;
            uint32_t a = operand[n / 16 % OPERANDS], b = operand[n / 16 / OPERANDS];
            struct result x, y;

            load(m, what, cc, a, b);
            (void)at_once(m); /* fills TLB and block */
            metal_ring(m, 0);
            m->cpu.r[EBX] = 0;
            x = at_once(m);
            metal_ring(m, 0);
            m->cpu.r[EBX] = 0;
            y = one_by_one(m);
            cr_assert_arr_eq(&x, &y, sizeof x, "%s; j%x with %x, %x: jumped %u %u, flags %x %x, hits %lu %lu",
                             comparison[what].name, cc, a, b, x.jumped, y.jumped, x.flags, y.flags,
                             (unsigned long)x.hits, (unsigned long)y.hits);
            tried++;
        }
    cr_assert_gt(tried, 7000);
    metal_destroy(m);
}
