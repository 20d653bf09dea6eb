/* SPDX-License-Identifier: MIT */
/* What the ring-0 judge (tests/ring0/) found: a small test each, that needs no other emulator. */
#include <criterion/criterion.h>

#include "interp/paging.h"
#include "interp/segment.h"
#include "interp/trap.h"
#include "tests/support/metal.h"

static void expect_faults(const struct machine *m, unsigned vector, uint64_t times, const char *what)
{
    cr_expect_eq(m->taken[vector], times, "%s: vector %u, %u times", what, vector, (unsigned)m->taken[vector]);
}

/* CR2 is the address of the byte that could not be fetched, not of its page (SDM Vol. 3, 4.7). */
Test(ring0, failed_fetch_names_the_byte)
{
    static const uint8_t lodsb = 0xac;
    struct machine *m = metal_create();

    metal_write32(m, METAL_TABLE + 4 * 0x123, 0);
    metal_paging(m);
    m->cpu.eip = 0x123456;
    machine_step(m, CLOCK_NEVER);
    cr_expect_eq(m->taken[VEC_PF], 1);
    cr_expect_eq(m->cpu.cr2, 0x123456, "%#x", m->cpu.cr2);

    /* Of an instruction across two pages, the first byte of the second page: 66 ... 66 LODSB. */
    metal_ring(m, 0);
    m->cpu.eip = 0x122ffe;
    cr_assert_eq(machine_write(m, 0x122ffe, "\x66\x66", 2), 0);
    cr_assert_eq(machine_write(m, 0x123000, &lodsb, 1), 0);
    machine_step(m, CLOCK_NEVER);
    cr_expect_eq(m->taken[VEC_PF], 2);
    cr_expect_eq(m->cpu.cr2, 0x123000, "%#x", m->cpu.cr2);
    metal_destroy(m);
}

/* SP moves, whatever the compiler thinks of a 16-bit pointer to a 32-bit register. */
Test(ring0, pops_to_memory_from_a_16_bit_stack)
{
    static const uint8_t pop[] = {0x8f, 0x05, 0x00, 0x00, 0x05, 0x00}; /* POP DWORD [0x50000] */
    struct machine *m = metal_create();

    metal_desc(m, METAL_FREE, (uint32_t)METAL_STACK0 << 16 | 0xffff, 0x00009300 | METAL_STACK0 >> 16);
    metal_load(m, SS, METAL_FREE);
    metal_write32(m, METAL_STACK0 + 0xfffc, 0x12345678);
    m->cpu.r[ESP] = 0xabcdfffc;
    metal_step(m, pop, sizeof pop);
    cr_expect_eq(metal_read32(m, 0x50000), 0x12345678);
    cr_expect_eq(m->cpu.r[ESP], 0xabcd0000, "%#x", m->cpu.r[ESP]);
    metal_destroy(m);
}

/* A frame is pushed from its top: CR2 is where the first push failed; a stack pointer may wrap on its way down. */
Test(ring0, frames_are_pushed_from_the_top)
{
    static const struct {
        uint32_t esp, missing, cr2;
    } t[] = {{0x123004, 0x122, 0x122ffc}, {0x124000, 0x123, 0x123ffc}, {0x10, 0, 0xc}};
    static const uint8_t int20[] = {0xcd, 0x20};

    for (unsigned i = 0; i < sizeof t / sizeof *t; i++) {
        struct machine *m = metal_create();

        metal_gate(m, 0x20, METAL_CS0, METAL_HANDLERS, 0xee);
        metal_gate(m, VEC_DF, METAL_CS1, METAL_HANDLERS, 0x8e);
        metal_write32(m, METAL_TSS + 4, t[i].esp);
        metal_write32(m, METAL_TABLE + 4 * t[i].missing, 0);
        metal_ring(m, 3);
        metal_paging(m);
        metal_step(m, int20, sizeof int20);
        expect_faults(m, VEC_DF, 1, "a ring 0 without a stack");
        cr_expect_eq(m->cpu.cr2, t[i].cr2, "%#x: %#x", t[i].esp, m->cpu.cr2);
        metal_destroy(m);
    }
}

/* Of a 16-bit stack the upper half of ESP is nobody's: it stays as it was. */
Test(ring0, upper_half_of_esp)
{
    static const uint8_t int20[] = {0xcd, 0x20}, retf16[] = {0x66, 0xcb};
    struct machine *m = metal_create();

    metal_desc(m, METAL_FREE, (uint32_t)METAL_STACK0 << 16 | 0xffff, 0x00009300 | METAL_STACK0 >> 16);
    metal_write32(m, METAL_TSS + 4, 0x5678f000);
    metal_write32(m, METAL_TSS + 8, METAL_FREE);
    metal_gate(m, 0x20, METAL_CS0, METAL_HANDLERS, 0xee);
    metal_ring(m, 3);
    m->cpu.r[ESP] = 0x12345678;
    metal_step(m, int20, sizeof int20);
    cr_expect_eq(m->cpu.r[ESP], 0x1234f000 - 20, "%#x", m->cpu.r[ESP]);

    /* A 16-bit return to a 32-bit stack: SP is extended by zeros. IP, CS, SP, SS. */
    metal_ring(m, 0);
    metal_write32(m, METAL_STACK0, METAL_CS3 << 16 | 0x1000);
    metal_write32(m, METAL_STACK0 + 4, METAL_DS3 << 16 | 0x4444);
    metal_step(m, retf16, sizeof retf16);
    cr_expect_eq(m->cpu.cpl, 3);
    cr_expect_eq(m->cpu.r[ESP], 0x4444, "%#x", m->cpu.r[ESP]);
    metal_destroy(m);
}

/* A transfer that fails at last has not marked the code segment as accessed. */
Test(ring0, failed_transfers_leave_descriptors_alone)
{
    static const uint8_t call[] = {0x9a, 0, 0, 2, 0, METAL_FREE, 0}, retf[] = {0xcb};
    struct machine *m = metal_create();

    metal_desc(m, METAL_FREE, 0x0000ffff, 0x00cf9a00);
    metal_write32(m, METAL_TABLE + 4 * (METAL_STACK1 >> 12), 0);
    metal_paging(m);
    m->cpu.r[ESP] = METAL_STACK1 + 4; /* where nothing can be pushed */
    metal_gate(m, VEC_PF, METAL_CS0, METAL_HANDLERS, 0x8e);
    metal_step(m, call, sizeof call);
    cr_expect_eq(metal_read32(m, METAL_GDT + METAL_FREE + 4), 0x00cf9a00, "CALL");

    metal_ring(m, 0);
    metal_desc(m, METAL_FREE, 0x0000ffff, 0x00cffa00);
    metal_write32(m, METAL_STACK0, 0x1000);
    metal_write32(m, METAL_STACK0 + 4, METAL_FREE | 3);
    metal_write32(m, METAL_STACK0 + 8, 0x1000);
    metal_write32(m, METAL_STACK0 + 12, METAL_DS0);
    metal_step(m, retf, sizeof retf);
    expect_faults(m, VEC_GP, 1, "RETF");
    cr_expect_eq(metal_read32(m, METAL_GDT + METAL_FREE + 4), 0x00cffa00, "RETF");
    metal_destroy(m);
}

/* A pseudo-descriptor is two words of their own: aligned when its base is (SDM Vol. 3, 6.15, #AC). */
Test(ring0, alignment_of_pseudo_descriptors)
{
    static const uint8_t sidt[2][7] = {{0x0f, 0x01, 0x0d, 0x06, 0x00, 0x05, 0x00},
                                       {0x0f, 0x01, 0x0d, 0x00, 0x00, 0x05, 0x00}};

    for (unsigned i = 0; i < 2; i++) {
        struct machine *m = metal_create();

        metal_ring(m, 3);
        cpu_set_cr0(&m->cpu, m->cpu.cr0 | CR0_AM);
        cpu_set_eflags(&m->cpu, FL_1 | FL_AC);
        cpu_refresh(&m->cpu);
        metal_step(m, sidt[i], sizeof sidt[i]);
        expect_faults(m, VEC_AC, i, "SIDT");
        metal_destroy(m);
    }
}
