/* SPDX-License-Identifier: MIT */
/* Changing the technique under a guest that runs: nothing that the guest, its devices or its observers see changes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "interp/state.h"
#include "tests/support/guest.h"
#include "tests/support/rounds.h"
#include "vmm/rotation.h"
#include "vmm/technique.h"

#define PATIENCE 20000000000

struct end {
    enum outcome outcome;
    char digest[33], console[CONSOLE_MAX];
    struct vm_stats stats;
};

/* Runs to the end, with a change of technique every `every` instructions (0: none). */
static void run(const struct micro *m, const char *first, bool insns, uint64_t every, struct end *e)
{
    struct rotation r = {.every = every};
    char error[200] = "";
    struct play s;

    play_open(&s, first, insns, m, true);
    rotation_add_all(&r, true);
    rotation_begin(&r, s.vm);
    do
        e->outcome = rotation_run(&r, s.vm, PATIENCE, CLOCK_NEVER, error, sizeof error);
    while (e->outcome == OUTCOME_NONE);
    cr_assert_str_empty(error);
    machine_digest(vm_guest(s.vm), e->digest);
    memcpy(e->console, s.console, CONSOLE_MAX);
    vm_get_stats(s.vm, &e->stats);
    play_close(&s);
}

static uint64_t sum_by(const struct vm_stats *t)
{
    return t->by.guest + t->by.tc + t->by.walk + t->by.switching + t->by.monitor + t->by.device + t->by.idle;
}

/* So often that even a short guest sees many changes, and a long one not too many. */
static uint64_t often(const struct end *native, unsigned times)
{
    return 1 + native->stats.instructions / times;
}

Test(swap, every_micro_guest_ends_as_natively)
{
    static struct micro list[GUESTS_MAX];
    static const char *const first[] = {"native+v", "emulate+v", "trap+v"};
    static struct end native, e;
    unsigned n = micro_list(list), times = rounds(1000, 50000);
    uint64_t swaps = 0;

    for (unsigned i = 0; i < n; i++) {
        run(&list[i], "native", true, 0, &native);
        for (unsigned f = 0; f < sizeof first / sizeof *first; f++) {
            run(&list[i], first[f], true, often(&native, times), &e);
            cr_expect_eq(e.outcome, native.outcome, "%s from %s", list[i].name, first[f]);
            cr_expect_str_eq(e.digest, native.digest, "%s from %s", list[i].name, first[f]);
            cr_expect_arr_eq(e.console, native.console, CONSOLE_MAX, "%s from %s", list[i].name, first[f]);
            cr_expect_eq(e.stats.instructions, native.stats.instructions, "%s from %s", list[i].name, first[f]);
            cr_expect_eq(e.stats.instructions, e.stats.direct + e.stats.interpreted, "%s", list[i].name);
            cr_expect_eq(e.stats.cycles, sum_by(&e.stats), "%s from %s", list[i].name, first[f]);
            cr_expect_gt(e.stats.swaps, 0, "%s", list[i].name);
            swaps += e.stats.swaps;
        }
    }
    printf("judge: techniques changed under micro guests: %llu times\n", (unsigned long long)swaps);
    micro_free(list, n);
}

/* What a monitor takes to come has passed for the guest when it is there, not when it goes; before power-on nothing has. */
Test(swap, a_monitor_comes_on_the_guests_time)
{
    static const char *const first[] = {"native+v", "trap+v", "vtx"};
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);
    char error[200];
    struct play s;

    for (unsigned f = 0; f < sizeof first / sizeof *first; f++) {
        play_open(&s, first[f], false, &list[0], true);
        cr_expect_eq(machine_now(vm_guest(s.vm)), 0, "%s", first[f]);
        for (unsigned t = 0; techniques[t]; t++) {
            cr_assert_eq(vm_swap(s.vm, techniques[t], error, sizeof error), 0);
            if (techniques[t]->needs_monitor || techniques[t]->on_hardware)
                cr_expect_eq(machine_now(vm_guest(s.vm)), cpu_cycles(&vm_hardware(s.vm)->cpu), "%s",
                             techniques[t]->name);
        }
        play_close(&s);
    }
    micro_free(list, n);
}

/* By cycles time passes differently, but the ends are those promised. */
Test(swap, by_cycles_too)
{
    static struct micro list[GUESTS_MAX];
    static struct end native, e;
    unsigned n = micro_list(list);

    for (unsigned i = 0; i < n; i++) {
        run(&list[i], "native", false, 0, &native);
        run(&list[i], "trap+v", false, often(&native, 200), &e);
        cr_expect_eq(e.outcome, native.outcome, "%s", list[i].name);
        cr_expect_eq(e.stats.cycles, sum_by(&e.stats), "%s", list[i].name);
        cr_expect_eq(e.stats.instructions, e.stats.direct + e.stats.interpreted, "%s", list[i].name);
    }
    micro_free(list, n);
}

static const struct micro *by_name(const struct micro *list, unsigned n, const char *name)
{
    for (unsigned i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    cr_assert_fail("no guest %s", name);
    return NULL;
}

static void swap_to(struct vm *v, const char *name)
{
    char error[200];

    cr_assert_eq(vm_swap(v, technique_find(name), error, sizeof error), 0, "%s", error);
}

static unsigned pages_away(struct vm *v)
{
    unsigned n = 0;
    hpa_t to;

    for (uint64_t at = 0; at < vm_guest(v)->mem; at += PAGE_SIZE)
        n += vm_p2m(v, gpa(at), &to) && to.v != at;
    return n;
}

/* Of a monitor that has gone: no trace of stores, and all of its reserve is free. */
static void nothing_is_left(struct vm *v)
{
    const struct ram *r = vm_guest(v)->ram;
    struct vm_monitor m;

    for (uint32_t f = 0; f < r->frames; f++)
        cr_assert_eq(r->flag[f] & FRAME_TRACED, 0, "frame %u", f);
    swap_to(v, "trap");
    cr_assert(vm_get_monitor(v, &m));
    cr_expect_leq(m.reserve - m.free, 8, "%u frames in use", m.reserve - m.free);
    swap_to(v, "native");
}

/* A monitor that slips below a native guest leaves its pages where they are; others are brought home once, at a price. */
Test(swap, pages_stay_or_come_home)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);
    char before[33], after[33];
    struct vm_stats a, b;
    struct play s;
    unsigned away;
    uint32_t word;

    play_open(&s, "trap+v", true, by_name(list, n, "tasks"), true);
    cr_assert_eq(vm_run(s.vm, 100000), OUTCOME_LIMIT);
    away = pages_away(s.vm);
    cr_expect_gt(away, 1000);
    machine_digest(vm_guest(s.vm), before);
    vm_get_stats(s.vm, &a);
    swap_to(s.vm, "native");
    vm_get_stats(s.vm, &b);
    machine_digest(vm_guest(s.vm), after);
    cr_expect_str_eq(before, after);
    cr_expect_eq(pages_away(s.vm), 0);
    cr_expect_eq(b.by.monitor - a.by.monitor, (uint64_t)away * cost_presets[0].cost.page_copy);
    cr_expect_eq(b.cycles - a.cycles, b.by.monitor - a.by.monitor);
    cr_expect_eq(machine_read(vm_guest(s.vm), vm_guest(s.vm)->mem, &word, sizeof word), -1, "the reserve is open bus");
    cr_expect_eq(vm_hardware(s.vm), vm_guest(s.vm));
    swap_to(s.vm, "trap");
    cr_expect_eq(pages_away(s.vm), 0);
    cr_expect_neq(vm_hardware(s.vm), vm_guest(s.vm));
    vm_get_stats(s.vm, &a);
    swap_to(s.vm, "native");
    vm_get_stats(s.vm, &b);
    cr_expect_eq(b.cycles, a.cycles, "nothing to bring");
    cr_expect_eq(b.swaps, 3);
    nothing_is_left(s.vm);
    play_close(&s);
    micro_free(list, n);
}

struct seen {
    unsigned stops, swaps, other;
    uint64_t cycles;
};

static void observe(void *ctx, bool physical, const struct event *e)
{
    struct seen *k = ctx;

    if (e->kind == EVENT_swap)
        k->swaps++;
    else
        k->other++;
    if (physical) {
        cr_assert_geq(e->cycles, k->cycles, "time goes back at a %s", event_info[e->kind].name);
        k->cycles = e->cycles;
    }
}

/* Breakpoints, watchpoints and observers stay where they are, whoever runs the guest; and the hardware's time only grows. */
Test(swap, probes_and_observers_stay)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list), count[2];

    for (unsigned swapped = 0; swapped < 2; swapped++) {
        struct rotation r = {.every = swapped ? 50 : 0};
        struct seen seen = {.stops = 0};
        char error[200];
        struct play s;
        enum outcome o;

        play_open(&s, "native+v", true, by_name(list, n, "tables"), true);
        vm_observe(s.vm, observe, &seen);
        cr_assert_eq(vm_watch(s.vm, gva(0), UINT32_MAX, false, true), 0);
        rotation_add_all(&r, true);
        rotation_begin(&r, s.vm);
        while ((o = rotation_run(&r, s.vm, PATIENCE, CLOCK_NEVER, error, sizeof error)) == OUTCOME_NONE)
            seen.stops += vm_stopped(s.vm)->why == VM_STOPPED_WATCH;
        count[swapped] = seen.stops;
        cr_expect_gt(seen.other, 0);
        cr_expect_eq(seen.swaps > 0, swapped);
        play_close(&s);
    }
    cr_expect_gt(count[0], 20);
    cr_expect_eq(count[0], count[1], "%u stops, %u with changes", count[0], count[1]);
    micro_free(list, n);
}
