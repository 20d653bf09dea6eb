/* SPDX-License-Identifier: MIT */
/*
 * Breakpoints and watchpoints: where they stop, that every technique stops alike, and that nothing else is changed by
 * them: a guest that is stopped and resumed a thousand times ends with the counts of one that nobody looked at.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "interp/probe.h"
#include "interp/segment.h"
#include "interp/state.h"
#include "tests/support/events.h"
#include "tests/support/guest.h"

enum { LIMIT = 2000000, BREAKS = 64, STOPS_KEPT = 20000 };

static const char *const technique[] = {"native", "emulate", "trap+v", "vtx", "vtx+s", "trap"};
enum { EQUAL = 5, TECHNIQUES = 6 }; /* all but the last promise equality */

/* ---- a guest that is looked at, and the same one undisturbed ----------------------------------------------------- */

struct met {
    struct vm_stop stop;
    uint64_t insns;
};

struct watched_run {
    struct event *event;
    size_t events, room;
    struct met *met;
    size_t stops;
    struct vm_stats stats;
    char digest[33];
    enum outcome outcome;
};

/* Where to look: every so-many-th instruction that the guest executes early on, its stack, and its first data. */
struct places {
    uint32_t code[BREAKS];
    unsigned breaks;
    uint32_t stack;
};

static void find_places(const struct micro *m, struct places *p)
{
    struct play s;
    const struct cpu *c;

    *p = (struct places){.breaks = 0};
    play_open(&s, "native", true, m, true);
    c = &vm_guest(s.vm)->cpu;
    for (unsigned i = 0; i < 3000 && p->breaks < BREAKS && vm_step(s.vm) == OUTCOME_NONE; i++) {
        uint32_t at = c->seg[CS].base + c->eip;
        unsigned known = 0;

        while (known < p->breaks && p->code[known] != at)
            known++;
        if (known == p->breaks && at % 3 == 0)
            p->code[p->breaks++] = at;
        if (i < 200)
            p->stack = c->seg[SS].base + c->r[ESP];
    }
    play_close(&s);
}

static void record(void *ctx, bool physical, const struct event *e)
{
    struct watched_run *r = ctx;

    (void)physical;
    if (r->events == r->room) {
        r->room = r->room ? 2 * r->room : 4096;
        r->event = realloc(r->event, r->room * sizeof *r->event);
        cr_assert_not_null(r->event);
    }
    r->event[r->events++] = *e;
}

static void look(struct vm *v, const struct places *p)
{
    for (unsigned i = 0; i < p->breaks; i++)
        cr_assert_eq(vm_break(v, gva(p->code[i])), 0);
    cr_assert_eq(vm_watch(v, gva(p->stack - 64), 64, true, true), 0);
    cr_assert_eq(vm_watch(v, gva(p->code[0] | 0xff0), 0x20, false, true), 0);
    /* Where the monitor lies, if there is one: it is not looked at. */
    cr_assert_eq(vm_break(v, gva(SEG_CUT + 0x1000)), 0);
    cr_assert_eq(vm_watch(v, gva(SEG_CUT), 0x10000, true, true), 0);
}

static void toggle(struct vm *v, gva_t at)
{
    vm_unbreak(v, at);
    cr_assert_eq(vm_break(v, at), 0);
    cr_assert_eq(vm_watch(v, at, 4, true, true), 0);
    vm_unwatch(v, at, 4);
}

static void run(const struct micro *m, const char *how, bool insns, const struct places *p, struct watched_run *r)
{
    struct play s;

    *r = (struct watched_run){.stops = 0};
    r->met = malloc(STOPS_KEPT * sizeof *r->met);
    cr_assert_not_null(r->met);
    play_open(&s, how, insns, m, true);
    vm_observe(s.vm, record, r);
    if (p)
        look(s.vm, p);
    for (; (r->outcome = vm_run(s.vm, LIMIT)) == OUTCOME_NONE; r->stops++) {
        if (r->stops < STOPS_KEPT)
            r->met[r->stops] = (struct met){*vm_stopped(s.vm), cpu_insns(&vm_guest(s.vm)->cpu)};
        if (r->stops % 5 == 0)
            toggle(s.vm, gva(p->code[r->stops % p->breaks]));
    }
    vm_get_stats(s.vm, &r->stats);
    machine_digest(vm_guest(s.vm), r->digest);
    play_close(&s);
}

static void release(struct watched_run *r)
{
    free(r->event);
    free(r->met);
}

static void same(const struct watched_run *a, const struct watched_run *b, const char *guest, const char *how)
{
    cr_expect_eq(a->outcome, b->outcome, "%s under %s: the end", guest, how);
    cr_expect_str_eq(a->digest, b->digest, "%s under %s: the state", guest, how);
    cr_expect_arr_eq(&a->stats, &b->stats, sizeof a->stats, "%s under %s: the counts", guest, how);
    cr_expect_eq(a->events, b->events, "%s under %s: %zu events, not %zu", guest, how, b->events, a->events);
    for (size_t i = 0; i < a->events && i < b->events; i++)
        if (!events_same(&a->event[i], &b->event[i], 1)) {
            cr_expect_fail("%s under %s: event %zu, %s", guest, how, i, event_info[a->event[i].kind].name);
            return;
        }
}

Test(probe, changes_nothing_in_any_technique)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);
    size_t stops = 0;

    for (unsigned i = 0; i < n; i++) {
        struct places p;

        find_places(&list[i], &p);
        for (unsigned t = 0; t < TECHNIQUES; t++)
            for (unsigned insns = 0; insns < 2; insns++) {
                struct watched_run alone, watched;

                run(&list[i], technique[t], insns, NULL, &alone);
                run(&list[i], technique[t], insns, &p, &watched);
                same(&alone, &watched, list[i].name, technique[t]);
                stops += watched.stops;
                release(&alone);
                release(&watched);
            }
    }
    cr_expect_gt(stops, 10000, "%zu stops", stops);
    micro_free(list, n);
}

static bool same_stop(const struct vm_stop *a, const struct vm_stop *b)
{
    return a->why == b->why && a->point.v == b->point.v && a->at.v == b->at.v && a->size == b->size &&
           a->write == b->write;
}

/* By instructions, the equal techniques stop at the same places, for the same reasons, after as many instructions. */
Test(probe, stops_alike_in_all_techniques)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);

    for (unsigned i = 0; i < n; i++) {
        struct watched_run r[EQUAL];
        struct places p;

        find_places(&list[i], &p);
        for (unsigned t = 0; t < EQUAL; t++)
            run(&list[i], technique[t], true, &p, &r[t]);
        for (unsigned t = 1; t < EQUAL; t++) {
            cr_expect_eq(r[t].stops, r[0].stops, "%s under %s: %zu stops, not %zu", list[i].name, technique[t],
                         r[t].stops, r[0].stops);
            for (size_t k = 0; k < r[t].stops && k < r[0].stops && k < STOPS_KEPT; k++) {
                const struct met *a = &r[0].met[k], *b = &r[t].met[k];

                if (!same_stop(&a->stop, &b->stop) || a->insns != b->insns) {
                    cr_expect_fail("%s under %s: stop %zu: why %u at %x after %lu, natively %u at %x after %lu",
                                   list[i].name, technique[t], k, b->stop.why, b->stop.at.v, (unsigned long)b->insns,
                                   a->stop.why, a->stop.at.v, (unsigned long)a->insns);
                    break;
                }
            }
        }
        for (unsigned t = 0; t < EQUAL; t++)
            release(&r[t]);
    }
    micro_free(list, n);
}

/* What a debugger writes into the guest's registers goes on from there, wherever they were. */
Test(probe, lets_a_debugger_change_the_guest)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);

    for (unsigned i = 0; i < n; i++) {
        char digest[EQUAL][33];
        struct places p;

        find_places(&list[i], &p);
        for (unsigned t = 0; t < EQUAL; t++) {
            struct play s;
            enum outcome o;

            play_open(&s, technique[t], true, &list[i], true);
            look(s.vm, &p);
            for (unsigned k = 1; (o = vm_run(s.vm, LIMIT / 20)) == OUTCOME_NONE; k++)
                if (k % 7 == 0) {
                    vm_guest(s.vm)->cpu.r[EAX] ^= 1;
                    vm_guest(s.vm)->cpu.r[EDI] += 4;
                    vm_changed(s.vm);
                }
            machine_digest(vm_guest(s.vm), digest[t]);
            play_close(&s);
            cr_expect_str_eq(digest[t], digest[0], "%s under %s", list[i].name, technique[t]);
        }
    }
    micro_free(list, n);
}

/* A stop is before the next instruction, whose step stops nowhere; a watched access is told of by its step. */
Test(probe, is_told_by_steps_and_runs)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);

    for (unsigned t = 0; t < TECHNIQUES; t++) {
        struct play s;
        struct places p;
        const struct cpu *c;
        uint64_t insns;

        find_places(&list[0], &p);
        play_open(&s, technique[t], true, &list[0], true);
        c = &vm_guest(s.vm)->cpu;
        for (unsigned i = 0; i < 8; i++) {
            cr_assert_eq(vm_break(s.vm, gva(p.code[i])), 0);
            cr_assert_eq(vm_run(s.vm, LIMIT), OUTCOME_NONE);
            cr_assert_eq(vm_stopped(s.vm)->why, VM_STOPPED_BREAK);
            cr_assert_eq(c->seg[CS].base + c->eip, p.code[i]);
            insns = cpu_insns(c);
            cr_assert_eq(vm_step(s.vm), OUTCOME_NONE);
            cr_assert_eq(vm_stopped(s.vm)->why, VM_STOPPED_NOT);
            cr_assert_eq(cpu_insns(c), insns + 1);
            vm_unbreak(s.vm, gva(p.code[i]));
        }
        cr_assert_eq(vm_watch(s.vm, gva(p.stack - 0x1000), 0x2000, true, true), 0);
        while (vm_step(s.vm) == OUTCOME_NONE && vm_stopped(s.vm)->why == VM_STOPPED_NOT)
            ;
        cr_assert_eq(vm_stopped(s.vm)->why, VM_STOPPED_WATCH, "%s", technique[t]);
        vm_unwatch(s.vm, gva(p.stack - 0x1000), 0x2000);
        cr_assert_eq(vm_watch(s.vm, gva(0), 0, true, true), -1);
        for (unsigned i = 0; i < PROBES_MAX; i++)
            cr_assert_eq(vm_break(s.vm, gva(i)), 0, "%u", i);
        cr_assert_eq(vm_break(s.vm, gva(PROBES_MAX)), -1);
        cr_assert_eq(vm_break(s.vm, gva(7)), 0); /* again */
        play_close(&s);
    }
    micro_free(list, n);
}
