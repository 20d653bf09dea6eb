/* SPDX-License-Identifier: MIT */
/* Decoded code, where its pages run out: they are emptied as a whole, and no CPU notices. */
#include <criterion/criterion.h>

#include "tests/support/metal.h"

/* More pages than there is decoded code for; all in the 4 MiB that metal_paging() maps. */
enum { FIRST = 0x100, PAGES = 0x2c0 };

static uint32_t address(unsigned i)
{
    return (FIRST + i) << 12;
}

static void step_at(struct machine *m, uint32_t eip)
{
    m->cpu.eip = eip;
    cr_assert_eq(machine_step(m, CLOCK_NEVER), STOP_STEP);
}

static struct machine *create(void)
{
    struct machine *m = metal_create();

    for (unsigned i = 0; i < PAGES; i++)
        cr_assert_eq(machine_write(m, address(i), (const uint8_t[]){0x40, 0x43}, 2), 0); /* inc eax; inc ebx */
    metal_ring(m, 0);
    return m;
}

Test(block, a_flush_forgets_code_whatever_page_it_is_in)
{
    struct machine *m = create();
    const struct cpu *c = &m->cpu;

    metal_paging(m);
    for (unsigned i = 0; i < PAGES; i++) {
        uint64_t misses;

        step_at(m, address(i));
        tlb_flush(&m->cpu, true);
        misses = c->tlb.misses;
        step_at(m, address(i) + 1);
        cr_expect_eq(c->tlb.misses, misses + 1, "page %u was not looked up again", i);
    }
    metal_destroy(m);
}

Test(block, pages_are_emptied_under_a_cpu_that_stands_still)
{
    struct machine *m = create();
    struct machine *other = machine_create(&(struct machine_config){
        .ram = m->ram, .mem = METAL_MEM, .tlb_sets = 16, .tlb_ways = 4, .cost = cost_preset("p4-2003")});

    cr_assert_not_null(other);
    other->cpu.r[EAX] = other->cpu.r[EBX] = 0;
    step_at(other, address(0));
    for (unsigned i = 1; i < PAGES; i++) {
        cr_assert_eq(machine_write(m, address(i), (const uint8_t[]){0x42, 0x42}, 2), 0); /* inc edx */
        step_at(m, address(i));
    }
    step_at(other, address(0) + 1);
    cr_expect_eq(other->cpu.r[EAX], 1);
    cr_expect_eq(other->cpu.r[EBX], 1, "it executed another page's bytes");
    machine_destroy(other);
    metal_destroy(m);
}
