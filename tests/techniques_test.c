/* SPDX-License-Identifier: MIT */
/* The micro guests under every technique: their promised ends, and the equalities that the house promises. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/state.h"
#include "tests/support/events.h"
#include "tests/support/guest.h"

/* Ticks. A guest whose IF a hole has lost waits for its timer for ever, and each of its instructions is interpreted. */
#define PATIENCE 20000000000
#define PATIENCE_LOST 60000000

static const char *const technique[] = {"native", "emulate", "trap+v", "vtx", "vtx+s", "trap"};
enum { EQUAL = 5, TECHNIQUES = 6 }; /* all but the last promise equality */

/* "ok", "failed 3": as the head comments have it. */
static void end_of(struct play *s, enum outcome o, char text[32])
{
    if (o == OUTCOME_FAILED)
        snprintf(text, 32, "failed %u", vm_guest(s->vm)->exit_code);
    else
        snprintf(text, 32, "%s", outcome_name(o));
}

static void sums_hold(struct play *s, const char *where)
{
    struct vm_stats t;

    vm_get_stats(s->vm, &t);
    cr_assert_eq(t.instructions, t.direct + t.interpreted, "%s", where);
    cr_assert_eq(t.cycles, t.by.guest + t.by.tc + t.by.walk + t.by.switching + t.by.monitor + t.by.device + t.by.idle,
                 "%s", where);
}

struct end {
    char outcome[32], digest[33], console[CONSOLE_MAX];
    struct hole hole;
};

static void run(const struct micro *m, const char *how, bool insns, struct end *e)
{
    struct play s;
    char where[80];

    snprintf(where, sizeof where, "%s under %s", m->name, how);
    play_open(&s, how, insns, m, true);
    end_of(&s, vm_run(s.vm, strcmp(how, "trap") == 0 && strcmp(m->hole, "iret") == 0 ? PATIENCE_LOST : PATIENCE),
           e->outcome);
    machine_digest(vm_guest(s.vm), e->digest);
    memcpy(e->console, s.console, CONSOLE_MAX);
    e->hole = *vm_hole(s.vm);
    sums_hold(&s, where);
    play_close(&s);
}

static bool same(const struct end *a, const struct end *b)
{
    return strcmp(a->outcome, b->outcome) == 0 && strcmp(a->digest, b->digest) == 0 &&
           memcmp(a->console, b->console, CONSOLE_MAX) == 0;
}

/* By instructions, all but the last agree to the last bit; a plain x86 differs only where a hole bit, and says which. */
Test(techniques, agree_on_every_micro_guest)
{
    static struct micro list[GUESTS_MAX];
    static struct end e[TECHNIQUES];
    unsigned n = micro_list(list);

    cr_assert_geq(n, 10);
    for (unsigned i = 0; i < n; i++) {
        for (unsigned t = 0; t < TECHNIQUES; t++)
            run(&list[i], technique[t], true, &e[t]);
        cr_expect_str_eq(e[0].outcome, list[i].expect, "%s", list[i].name);
        for (unsigned t = 1; t < EQUAL; t++)
            cr_expect(same(&e[t], &e[0]), "%s: %s differs from native: %s", list[i].name, technique[t], e[t].outcome);
        cr_expect(e[EQUAL].hole.bit || same(&e[EQUAL], &e[0]), "%s: x86 differs, and no hole bit", list[i].name);
        cr_expect_str_eq(e[EQUAL].hole.mnemonic, list[i].hole, "%s", list[i].name);
    }
    micro_free(list, n);
}

/* By cycles, time passes differently in each, but the guests' ends are what they promise. */
Test(techniques, reach_the_promised_end_by_cycles)
{
    static struct micro list[GUESTS_MAX];
    static struct end e;
    unsigned n = micro_list(list);

    for (unsigned i = 0; i < n; i++)
        for (unsigned t = 0; t < EQUAL; t++) {
            run(&list[i], technique[t], false, &e);
            cr_expect_str_eq(e.outcome, list[i].expect, "%s under %s", list[i].name, technique[t]);
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

/* Loads a state into a fresh machine under another technique and runs on. */
static void go_on_elsewhere(const struct micro *m, const char *how, const struct state *saved, struct end *e)
{
    struct play s;
    struct state in;

    play_open(&s, how, true, m, false);
    state_init_load(&in, saved->data, saved->size);
    cr_assert_eq(machine_state(vm_guest(s.vm), &in), 0, "%s", in.error);
    end_of(&s, vm_run(s.vm, PATIENCE), e->outcome);
    machine_digest(vm_guest(s.vm), e->digest);
    memcpy(e->console, s.console, CONSOLE_MAX);
    play_close(&s);
}

/* After every `stride` instructions the state is saved, loaded under the next technique, and run to the same end. */
static unsigned hand_on(const struct micro *m, unsigned stride)
{
    static struct end straight, moved;
    unsigned at = 0;
    struct play s;
    enum outcome o = OUTCOME_NONE;

    run(m, "native", true, &straight);
    play_open(&s, "trap+v", true, m, true);
    while (o == OUTCOME_NONE) {
        struct state saved;

        state_init_save(&saved);
        cr_assert_eq(machine_state(vm_guest(s.vm), &saved), 0, "%s", saved.error);
        go_on_elsewhere(m, technique[at / stride % EQUAL], &saved, &moved);
        state_free(&saved);
        cr_assert_str_eq(moved.outcome, straight.outcome, "%s, instruction %u", m->name, at);
        cr_assert_str_eq(moved.digest, straight.digest, "%s, instruction %u, to %s", m->name, at,
                         technique[at / stride % EQUAL]);
        cr_assert_str_eq(moved.console, straight.console + s.printed, "%s, instruction %u", m->name, at);
        for (unsigned n = 0; n < stride && o == OUTCOME_NONE; n++, at++)
            o = vm_step(s.vm);
    }
    play_close(&s);
    return at;
}

Test(techniques, hand_a_guest_on_at_every_instruction)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);

    cr_assert_gt(hand_on(by_name(list, n, "divide"), 1), 500);
    cr_assert_gt(hand_on(by_name(list, n, "debugreg"), 61), 5000); /* RF, and traps that are still to come */
    micro_free(list, n);
}

struct trace {
    struct event *event;
    size_t count, room;
};

static void record(void *ctx, bool physical, const struct event *e)
{
    struct trace *t = ctx;

    (void)physical;
    if (t->count == t->room) {
        t->room = t->room ? 2 * t->room : 1024;
        t->event = realloc(t->event, t->room * sizeof *t->event);
        cr_assert_not_null(t->event);
    }
    t->event[t->count++] = *e;
}

/* The same image gives the same events at the same cycles. */
Test(techniques, trace_the_same_twice)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);
    const struct micro *m = by_name(list, n, "wp0");

    for (unsigned t = 0; t < TECHNIQUES; t++) {
        struct trace trace[2] = {{0}, {0}};

        for (unsigned i = 0; i < 2; i++) {
            struct play s;

            play_open(&s, technique[t], false, m, true);
            vm_observe(s.vm, record, &trace[i]);
            (void)vm_run(s.vm, PATIENCE);
            play_close(&s);
        }
        cr_assert_gt(trace[0].count, 10);
        cr_assert_eq(trace[0].count, trace[1].count, "%s", technique[t]);
        cr_assert(events_same(trace[0].event, trace[1].event, trace[0].count), "%s", technique[t]);
        free(trace[0].event);
        free(trace[1].event);
    }
    micro_free(list, n);
}

/* An observer gets the kinds that it asked for, as it would among all; the guest and its monitor notice nothing. */
Test(techniques, give_an_observer_the_kinds_it_wants)
{
    enum { WANTED = 1 << EVENT_trap | 1 << EVENT_cr_write | 1 << EVENT_exit };
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);
    const struct micro *m = by_name(list, n, "cr3");

    for (unsigned t = 0; t < TECHNIQUES; t++) {
        struct trace all = {0}, some = {0};
        char digest[2][33];
        size_t at = 0;

        for (unsigned i = 0; i < 2; i++) {
            struct play s;

            play_open(&s, technique[t], true, m, true);
            vm_observe(s.vm, record, i ? &some : &all);
            if (i)
                vm_observe_only(s.vm, WANTED);
            (void)vm_run(s.vm, PATIENCE_LOST);
            machine_digest(vm_guest(s.vm), digest[i]);
            play_close(&s);
        }
        cr_expect_str_eq(digest[1], digest[0], "%s", technique[t]);
        for (size_t i = 0; i < all.count; i++)
            if (WANTED >> all.event[i].kind & 1) {
                cr_assert_lt(at, some.count, "%s", technique[t]);
                cr_assert(events_same(&all.event[i], &some.event[at++], 1), "%s", technique[t]);
            }
        cr_expect_eq(at, some.count, "%s: %zu events too many", technique[t], some.count - at);
        cr_expect_gt(at, 1);
        free(all.event);
        free(some.event);
    }
    micro_free(list, n);
}
