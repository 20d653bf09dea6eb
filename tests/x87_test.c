/* SPDX-License-Identifier: MIT */
/* A processor without an x87 unit: what probes find, and what CR0 makes of each instruction (interp/exec_x87.c). */
#include <criterion/criterion.h>
#include <string.h>

#include "interp/paging.h"
#include "tests/support/metal.h"

enum { CELL = 0x8000, NOWHERE = 0x9000, OWN = 0x5a5a5a5a };

/* Intel's way to ask (AP-485): initialize, then store the status word over a value of one's own. */
static const struct {
    const char *what;
    uint8_t code[8];
    unsigned size;
} probe[] = {
    {"fninit", {0xdb, 0xe3}, 2},
    {"fnstsw [cell]", {0xdd, 0x3d, 0x00, 0x80, 0, 0}, 6},
    {"fnstcw [cell]", {0xd9, 0x3d, 0x00, 0x80, 0, 0}, 6},
    {"fnstsw ax", {0xdf, 0xe0}, 2},
    {"fnsave [nowhere]", {0xdd, 0x35, 0x00, 0x90, 0, 0}, 6},
    {"fld [nowhere], 16-bit address", {0x67, 0xd9, 0x06, 0x00, 0x90}, 5},
    {"a reserved encoding", {0xd9, 0xd1}, 2},
    {"wait", {0x9b}, 1},
};

Test(x87, probes_find_none)
{
    struct machine *m = metal_create();
    struct cpu *c = &m->cpu;

    metal_paging(m);
    metal_write32(m, METAL_TABLE + (NOWHERE >> 12) * 4, 0);
    for (unsigned i = 0; i < sizeof probe / sizeof *probe; i++) {
        uint32_t before[8];

        metal_ring(m, 0);
        c->r[EAX] = OWN;
        metal_write32(m, CELL, OWN);
        memcpy(before, c->r, sizeof before);
        metal_step(m, probe[i].code, probe[i].size);
        cr_expect_eq(c->eip, METAL_CODE + probe[i].size, "%s: EIP %x", probe[i].what, c->eip);
        cr_expect_arr_eq(c->r, before, sizeof before, "%s: a register changed", probe[i].what);
        cr_expect_eq(metal_read32(m, CELL), OWN, "%s: memory changed", probe[i].what);
    }
    metal_destroy(m);
}

/* SDM Vol. 3, table 9-1: the columns are EM, MP, TS. */
Test(x87, is_not_available_where_cr0_says_so)
{
    static const uint32_t bit[] = {CR0_EM, CR0_MP, CR0_TS};
    struct machine *m = metal_create();

    for (unsigned n = 0; n < 8; n++)
        for (unsigned i = 0; i < sizeof probe / sizeof *probe; i++) {
            bool em = n & 1, mp = n & 2, ts = n & 4, wait = probe[i].code[0] == 0x9b;
            uint32_t cr0 = CR0_PE | CR0_ET;

            for (unsigned b = 0; b < 3; b++)
                cr0 |= n >> b & 1 ? bit[b] : 0;
            metal_ring(m, 3);
            cpu_set_cr0(&m->cpu, cr0);
            m->taken[VEC_NM] = 0;
            metal_step(m, probe[i].code, probe[i].size);
            cr_expect_eq(m->taken[VEC_NM], wait ? mp && ts : em || ts, "%s with EM %d, MP %d, TS %d", probe[i].what, em,
                         mp, ts);
        }
    metal_destroy(m);
}
