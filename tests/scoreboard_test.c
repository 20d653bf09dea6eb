/* SPDX-License-Identifier: MIT */
/* The scoreboard counts what a guest reached for, and notices a page that leads to the monitor. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "interp/ept.h"
#include "interp/paging.h"
#include "tests/support/guest.h"
#include "ui/scoreboard.h"
#include "vmm/technique.h"
#include "vmm/vm_struct.h"

static struct micro list[GUESTS_MAX];

static const struct micro *guest(const char *name)
{
    static unsigned n;

    if (!n)
        n = micro_list(list);
    for (unsigned i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    cr_assert_fail("no guest %s", name);
    return NULL;
}

/* Runs a guest to its end and takes the scoreboard. */
static void play(struct play *p, const char *name, const char *technique, struct scoreboard *b)
{
    play_open(p, technique, true, guest(name), true);
    cr_assert_neq(vm_run(p->vm, 1000000000), OUTCOME_NONE);
    scoreboard_take(b, p->vm, NULL);
}

/* lapicva.asm reaches above 0xfc000000 with a store, an ADD, a load, three iterations of MOVSB, and a CALL. */
Test(scoreboard, counts_what_the_guest_reached_for)
{
    struct scoreboard b;
    struct vm_stats t;
    struct play p;

    play(&p, "lapicva", "trap+v", &b);
    vm_get_stats(p.vm, &t);
    cr_expect_eq(b.attempt[RESOURCE_MONITOR], 7);
    cr_expect_eq(b.attempt[RESOURCE_PORT], t.exits[EXIT_io]);
    cr_expect_eq(b.attempt[RESOURCE_STATE], t.exits[EXIT_cr_access] + t.exits[EXIT_descriptor_table] +
                                                t.exits[EXIT_sensitive] + t.exits[EXIT_hlt] +
                                                t.exits[EXIT_interrupt_flag] + t.exits[EXIT_privileged]);
    cr_expect_eq(b.attempts, b.attempt[RESOURCE_MONITOR] + b.attempt[RESOURCE_PORT] + b.attempt[RESOURCE_STATE] +
                                 b.attempt[RESOURCE_MEMORY]);
    cr_expect_eq(b.exposed, 0);
    cr_expect_not(b.hole->bit);
    cr_expect(b.direct > 0 && b.direct < b.instructions);
    play_close(&p);
}

/* A guest's own #GP, by its own limit, is no attempt. */
Test(scoreboard, leaves_faults_of_the_guest_s_own_alone)
{
    static const char *const own[] = {"double", "tables", "segload", "wrapseg"};
    struct scoreboard b;
    struct play p;

    for (unsigned i = 0; i < sizeof own / sizeof own[0]; i++) {
        play(&p, own[i], "trap+v", &b);
        cr_expect_eq(b.attempt[RESOURCE_MONITOR], 0, "%s", own[i]);
        play_close(&p);
    }
}

Test(scoreboard, says_that_a_hole_bit_and_who_ran)
{
    struct scoreboard b;
    struct play p;

    play(&p, "popf", "trap", &b);
    cr_expect(b.hole->bit);
    play_close(&p);
    play(&p, "popf", "native", &b);
    cr_expect_eq(b.direct, b.instructions);
    cr_expect_eq(b.attempts, 0);
    play_close(&p);
    play(&p, "popf", "emulate", &b);
    cr_expect_eq(b.direct, 0);
    play_close(&p);
}

/* An entry of the shadow that leads to the monitor's stack is seen. */
Test(scoreboard, notices_a_page_that_leads_to_the_monitor)
{
    struct scoreboard b;
    struct play p;
    uint32_t *root, *table;
    unsigned d = 0, t = 0;

    play(&p, "pagefault", "trap+v", &b);
    cr_assert_eq(b.exposed, 0);
    root = (uint32_t *)(void *)ram_frame(p.vm->ram, p.vm->mon.shadow.root);
    while (d < p.vm->mon.shadow.pdes && !(root[d] & PTE_P))
        d++;
    cr_assert_lt(d, p.vm->mon.shadow.pdes, "no table in the shadow");
    table = (uint32_t *)(void *)ram_frame(p.vm->ram, root[d] >> PAGE_SHIFT);
    while (table[t] & PTE_P)
        t++;
    table[t] = p.vm->mon.stack_frame << PAGE_SHIFT | PTE_P;
    scoreboard_take(&b, p.vm, NULL);
    cr_expect_eq(b.exposed, 1);
    table[t] = 0;
    root[d] = p.vm->guest->map[1] << PAGE_SHIFT | PTE_P; /* a table that the guest can write */
    scoreboard_take(&b, p.vm, NULL);
    cr_expect_eq(b.exposed, 1);
    play_close(&p);
}

/* The entry of a nested table by which the guest's first page is reached, at a level. */
static uint64_t *nested_entry(struct vm *v, unsigned level)
{
    uint64_t table = v->mon.vtx.tables.root;

    for (unsigned i = 0; i < level; i++)
        table = (*(uint64_t *)(void *)ram_frame(v->ram, (uint32_t)table) & EPT_FRAME) >> PAGE_SHIFT;
    return (uint64_t *)(void *)ram_frame(v->ram, (uint32_t)table);
}

/* So is one of the nested tables, a large one, and one that leads to a table of the guest's making. */
Test(scoreboard, notices_a_nested_entry_that_leads_to_the_monitor)
{
    struct scoreboard b;
    struct play p;

    play(&p, "pagefault", "vtx", &b);
    cr_assert(p.vm->mon.vtx.nested);
    cr_assert_eq(b.exposed, 0);
    for (unsigned level = 1; level < EPT_LEVELS; level++) {
        uint64_t *entry = nested_entry(p.vm, level), was = *entry;
        uint64_t to = level == EPT_LEVELS - 1 ? p.vm->mon.stack_frame : p.vm->guest->map[1];
        uint64_t large = p.vm->mon.frames.guest & ~511u;

        *entry = to << PAGE_SHIFT | EPT_RIGHTS;
        scoreboard_take(&b, p.vm, NULL);
        cr_expect_eq(b.exposed, 1, "level %u", level);
        *entry = large << PAGE_SHIFT | EPT_RIGHTS | EPT_LEAF;
        scoreboard_take(&b, p.vm, NULL);
        cr_expect_eq(b.exposed, 1, "large, level %u", level);
        *entry = was;
    }
    scoreboard_take(&b, p.vm, NULL);
    cr_expect_eq(b.exposed, 0);
    play_close(&p);
}
