/* SPDX-License-Identifier: MIT */
/*
 * Time is per instruction, never per block: a run in one go, a run in slices and a run step by step pass through the same
 * ticks, and end with the same counts to the last one.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "interp/state.h"
#include "tests/support/guest.h"

enum { LIMIT = 3000000 };

static uint32_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 16);
}

struct counts {
    char digest[33];
    uint64_t cycles, insns, hits, misses, flushes, by[ACCOUNTS];
};

static void count(struct session *s, struct counts *k)
{
    struct machine *g = vm_guest(s->vm);

    memset(k, 0, sizeof *k);
    tlb_count(&g->cpu);
    machine_digest(g, k->digest);
    k->cycles = cpu_cycles(&g->cpu);
    k->insns = cpu_insns(&g->cpu);
    k->hits = g->cpu.tlb.hits;
    k->misses = g->cpu.tlb.misses;
    k->flushes = g->cpu.tlb.flushes;
    memcpy(k->by, g->by, sizeof k->by);
}

static void in_one_go(struct session *s)
{
    (void)vm_run(s->vm, LIMIT);
}

static void in_slices(struct session *s)
{
    uint64_t seed = 99, tick;

    do {
        tick = machine_now(vm_guest(s->vm)) + 1 + next(&seed) % 3000;
        if (tick > LIMIT)
            tick = LIMIT;
    } while (vm_run(s->vm, tick) == OUTCOME_LIMIT && tick < LIMIT);
}

static void step_by_step(struct session *s)
{
    while (machine_now(vm_guest(s->vm)) < LIMIT && machine_step(vm_guest(s->vm), LIMIT) == STOP_STEP)
        ;
}

static void compare(const struct micro *m, const char *technique, bool insns, void (*run)(struct session *),
                    const char *how)
{
    struct session a, b;
    struct counts x, y;

    session_open(&a, technique, insns, m, true);
    session_open(&b, technique, insns, m, true);
    in_one_go(&a);
    run(&b);
    count(&a, &x);
    count(&b, &y);
    cr_expect_str_eq(y.digest, x.digest, "%s under %s, %s: the state", m->name, technique, how);
    cr_expect_eq(y.cycles, x.cycles, "%s under %s, %s: cycles %lu, not %lu", m->name, technique, how,
                 (unsigned long)y.cycles, (unsigned long)x.cycles);
    cr_expect_eq(y.insns, x.insns, "%s under %s, %s: instructions", m->name, technique, how);
    cr_expect_eq(y.hits, x.hits, "%s under %s, %s: TLB hits %lu, not %lu", m->name, technique, how,
                 (unsigned long)y.hits, (unsigned long)x.hits);
    cr_expect_eq(y.misses, x.misses, "%s under %s, %s: TLB misses", m->name, technique, how);
    cr_expect_eq(y.flushes, x.flushes, "%s under %s, %s: flushes", m->name, technique, how);
    cr_expect_arr_eq(y.by, x.by, sizeof x.by, "%s under %s, %s: accounts", m->name, technique, how);
    session_close(&a);
    session_close(&b);
}

Test(time, does_not_depend_on_how_a_run_is_cut)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);

    for (unsigned i = 0; i < n; i++)
        for (unsigned insns = 0; insns < 2; insns++) {
            compare(&list[i], "native", insns, in_slices, "in slices");
            compare(&list[i], "native", insns, step_by_step, "step by step");
            compare(&list[i], "emulate", insns, in_slices, "in slices");
        }
    micro_free(list, n);
}

/* A monitored guest's cycles include the monitor's work for each slice; its instructions and its state do not. */
Test(time, of_a_monitored_guest_counts_instructions_exactly)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);

    for (unsigned i = 0; i < n; i++) {
        struct session a, b;
        struct counts x, y;

        session_open(&a, "trap+v", true, &list[i], true);
        session_open(&b, "trap+v", true, &list[i], true);
        in_one_go(&a);
        in_slices(&b);
        count(&a, &x);
        count(&b, &y);
        cr_expect_str_eq(y.digest, x.digest, "%s", list[i].name);
        cr_expect_eq(y.insns, x.insns, "%s", list[i].name);
        session_close(&a);
        session_close(&b);
    }
    micro_free(list, n);
}
