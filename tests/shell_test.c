/* SPDX-License-Identifier: MIT */
/*
 * The debugger under its commands: looking disturbs nothing, all ways of stepping give one trace, and what is set is the
 * guest's canonical state, whatever the technique.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/state.h"
#include "tests/support/events.h"
#include "tests/support/rig.h"
#include "ui/view/view.h"
#include "vmm/technique.h"

static const char *const guests[] = {"cr3", "pagefault", "syscall", "popf", "tasks"};
enum { GUESTS = sizeof guests / sizeof guests[0] };

/* ---- what must not change ---------------------------------------------------------------------------------------- */

struct shot {
    char digest[33];
    struct vm_stats stats;
    uint64_t events, cycles, insns, tick, hw_hits, hw_misses, hw_flushes, deliveries;
    struct tlb_entry *tlb[2];
    uint16_t *next[2];
};

static void *copy(const void *from, size_t n)
{
    return memcpy(malloc(n), from, n);
}

static void take_shot(const struct rig *s, struct shot *k)
{
    struct vm *v = debug_vm(&s->d);
    struct machine *m[2] = {vm_guest(v), vm_hardware(v)};

    memset(k, 0, sizeof *k);
    machine_digest(m[0], k->digest);
    vm_get_stats(v, &k->stats);
    k->events = s->d.events->count;
    k->cycles = debug_cycles(&s->d);
    k->insns = cpu_insns(&m[0]->cpu);
    k->tick = m[0]->cpu.t[0];
    k->hw_hits = m[1]->cpu.tlb.hits;
    k->hw_misses = m[1]->cpu.tlb.misses;
    k->hw_flushes = m[1]->cpu.tlb.flushes;
    k->deliveries = m[1]->deliveries;
    for (unsigned i = 0; i < 2; i++) {
        const struct tlb *t = &m[i]->cpu.tlb;

        k->tlb[i] = copy(t->entry, sizeof *t->entry * t->sets * t->ways);
        k->next[i] = copy(t->next, sizeof *t->next * t->sets);
    }
}

static void free_shot(struct shot *k)
{
    for (unsigned i = 0; i < 2; i++) {
        free(k->tlb[i]);
        free(k->next[i]);
    }
}

static bool same(const struct rig *s, const struct shot *a, const struct shot *b)
{
    const struct tlb *t = &vm_guest(debug_vm(&s->d))->cpu.tlb;

    for (unsigned i = 0; i < 2; i++)
        if (memcmp(a->tlb[i], b->tlb[i], sizeof *t->entry * t->sets * t->ways) != 0 ||
            memcmp(a->next[i], b->next[i], sizeof *t->next * t->sets) != 0)
            return false;
    return strcmp(a->digest, b->digest) == 0 && memcmp(&a->stats, &b->stats, sizeof a->stats) == 0 &&
           memcmp(&a->events, &b->events, offsetof(struct shot, tlb) - offsetof(struct shot, events)) == 0;
}

static void check_looking(struct rig *s, const char *line)
{
    struct shot before, after;

    take_shot(s, &before);
    (void)rig_do(s, line);
    take_shot(s, &after);
    cr_expect(same(s, &before, &after), "'%s' disturbs %s in %s", line, s->d.o.word, s->d.o.technique->name);
    free_shot(&before);
    free_shot(&after);
}

static void look_at_everything(struct rig *s)
{
    static const char *const line[] = {"info",
                                       "p $eax + *$esp",
                                       "p/x $hw.cr3",
                                       "x/16xw $esp",
                                       "x/40i $pc",
                                       "x/8xb 0xfffffff0",
                                       "x/s 0x100000",
                                       "x/4a $esp",
                                       "walk",
                                       "walk 0x400000 write user",
                                       "walk $esp write",
                                       "why $esp write kernel",
                                       "why 0x400000 read user",
                                       "why 0x800123 write",
                                       "why $pc exec",
                                       "why 0xfee00000 read",
                                       "why 0xb8000 write",
                                       "where",
                                       "frame",
                                       "up",
                                       "list",
                                       "list start",
                                       "disassemble",
                                       "help",
                                       "help x",
                                       "display $eax",
                                       "display/i $pc",
                                       "undisplay",
                                       "symbol $pc",
                                       "info symbol start",
                                       "echo hello",
                                       "technique",
                                       "predict",
                                       "nosuch",
                                       "p 1/0"};
    char text[80];

    for (size_t i = 0; i < sizeof line / sizeof line[0]; i++)
        check_looking(s, line[i]);
    for (unsigned i = 0; views[i]; i++) {
        (void)snprintf(text, sizeof text, "info %s", views[i]->name);
        check_looking(s, text);
        cr_expect(!s->sh.bad && *s->said, "%s", text);
    }
}

Test(shell, looking_disturbs_nothing)
{
    for (unsigned t = 0; t < ENDS; t++)
        for (unsigned g = 0; g < GUESTS; g++) {
            struct rig *s = rig_open(guests[g], technique_words[t]);

            for (unsigned i = 0; i < 4 && !debug_ended(&s->d); i++) {
                look_at_everything(s);
                (void)rig_do(s, i & 1 ? "si 1789" : "tick $tick + 20000");
            }
            look_at_everything(s);
            rig_close(s);
        }
}

/* ---- stepping ---------------------------------------------------------------------------------------------------- */

struct trace {
    struct event *event;
    size_t count, room;
};

static void keep_event(void *trace, bool physical, const struct event *e)
{
    struct trace *t = trace;

    (void)physical;
    if (t->count == t->room) {
        t->room = t->room ? 2 * t->room : 4096;
        t->event = realloc(t->event, t->room * sizeof *t->event);
    }
    t->event[t->count++] = *e;
}

/* A guest run to its end in one of several ways, and all that was seen of it. */
struct whole {
    struct rig *s;
    struct trace trace;
    struct vm_stats stats;
    char digest[33];
};

static void run_whole(struct whole *w, const char *guest, const char *technique, void (*run)(struct rig *s))
{
    memset(w, 0, sizeof *w);
    w->s = rig_open(guest, technique);
    vm_observe(debug_vm(&w->s->d), keep_event, &w->trace);
    run(w->s);
    vm_get_stats(debug_vm(&w->s->d), &w->stats);
    machine_digest(vm_guest(debug_vm(&w->s->d)), w->digest);
}

static void free_whole(struct whole *w)
{
    free(w->trace.event);
    rig_close(w->s);
}

static void one_by_one(struct rig *s)
{
    while (!debug_ended(&s->d))
        (void)rig_do(s, "si");
}

static void in_hundreds(struct rig *s)
{
    while (!debug_ended(&s->d))
        (void)rig_do(s, "si 100");
}

static void over_calls(struct rig *s)
{
    while (!debug_ended(&s->d))
        (void)rig_do(s, "n");
}

static void through_conditions(struct rig *s)
{
    (void)rig_do(s, "b *$pc if $insns == 1234567");
    (void)rig_do(s, "watch *($esp - 8) if 0");
    (void)rig_do(s, "c");
}

static void undisturbed(struct rig *s)
{
    (void)vm_run(debug_vm(&s->d), s->d.o.limit);
}

Test(shell, all_ways_of_stepping_give_one_trace)
{
    static const struct {
        const char *name;
        void (*run)(struct rig *s);
    } way[] = {{"si", one_by_one}, {"si 100", in_hundreds}, {"n", over_calls}, {"c", through_conditions}};
    static const char *const small[] = {"cr3", "pagefault", "syscall", "iopl"};
    struct whole one, other;

    for (unsigned t = 0; t < ENDS; t++)
        for (unsigned g = 0; g < sizeof small / sizeof small[0]; g++) {
            run_whole(&one, small[g], technique_words[t], undisturbed);
            for (unsigned i = 0; i < sizeof way / sizeof way[0]; i++) {
                run_whole(&other, small[g], technique_words[t], way[i].run);
                cr_expect_str_eq(one.digest, other.digest, "%s: %s in %s", way[i].name, small[g], technique_words[t]);
                cr_expect(memcmp(&one.stats, &other.stats, sizeof one.stats) == 0, "%s: counts of %s in %s",
                          way[i].name, small[g], technique_words[t]);
                cr_expect(one.trace.count == other.trace.count &&
                              events_same(one.trace.event, other.trace.event, one.trace.count),
                          "%s: trace of %s in %s", way[i].name, small[g], technique_words[t]);
                free_whole(&other);
            }
            free_whole(&one);
        }
}

/* ---- changes ----------------------------------------------------------------------------------------------------- */

/* What is set is what the guest goes on with, and what a saved state holds; refusals change nothing. */
Test(shell, what_is_set_is_the_guests)
{
    static const struct {
        const char *line, *shown, *value;
    } good[] = {
        {"set $eax = 0x12345678", "p/x $eax", "0x12345678\n"},
        {"set $ax = 0xabcd", "p/x $eax", "0x1234abcd\n"},
        {"set $ah = 1", "p/x $eax", "0x123401cd\n"},
        {"set $al = -1", "p/x $eax", "0x123401ff\n"},
        {"set $cf = 1", "p $eflags & 1", "1 = 0x1\n"},
        {"set $iopl=3", "p/x $eflags >> 12", "0x3\n"},
        {"set $iopl=0", "p/x $eflags >> 12", "0x0\n"},
        {"set $cr2 = 0x1234", "p/x $cr2", "0x1234\n"},
        {"set $dr7 = 0", "p/x $dr7", "0x400\n"},
        {"set $idtr.limit = 0x7ff", "p/x $idtr.limit", "0x7ff\n"},
        {"set $ds = 0", "p/x $ds.attr", "0x0\n"},
        {"set $ds = 0x10", "p/x $ds.limit", "0xffffffff\n"},
        {"set *($esp - 64) = 0x11223344", "x/wx $esp-64", "0x11223344"},
        {"set u8($esp - 64) = 0xff", "x/wx $esp-64", "0x112233ff"},
        {"set {u16}($esp-62) = 1", "x/wx $esp-64", "0x000133ff"},
        {"set {char}($esp-63) = 'A'", "x/wx $esp-64", "0x000141ff"},
        {"set var $ebx = $eax", "p/x $ebx", "0x123401ff\n"},
    };
    static const char *const bad[] = {
        "set",           "set $eax",         "set $eax == 1",      "set $eax =",          "set $nosuch = 1",
        "set $al = 256", "set $ax=-32769",   "set $tick = 1",      "set $hw.eax = 1",     "set $cs = 0x10",
        "set $ss = 0",   "set $ds = 0xfff8", "set $tr = 0x28",     "set $cr0 = 0",        "set $cr4 = 0xffffffff",
        "set 1",         "set {u64}0 = 1",   "set u8($esp) = 256", "set *0xfffffff0 = 1", "set $cs.base = 1"};

    for (unsigned t = 0; t < ENDS; t++) {
        struct rig *s = rig_open("pagefault", technique_words[t]);
        char before[33], after[33];

        (void)rig_do(s, "si 4000"); /* paging is on */
        for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
            (void)rig_do(s, good[i].line);
            cr_expect(!s->sh.bad, "%s: %s", good[i].line, s->said);
            (void)rig_do(s, good[i].shown);
            cr_expect(strstr(s->said, good[i].value), "%s in %s: %s", good[i].line, technique_words[t], s->said);
        }
        machine_digest(vm_guest(debug_vm(&s->d)), before);
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
            (void)rig_do(s, bad[i]);
            cr_expect(s->sh.bad, "%s", bad[i]);
        }
        machine_digest(vm_guest(debug_vm(&s->d)), after);
        cr_expect_str_eq(before, after);
        rig_close(s);
    }
}

/*
 * The guest's kernel is made to go on at another place with another CR3, in mid-run: tables, TLB and shadows follow, the
 * same under each technique. cr3.elf's second directory maps 0x400000 to the page of 22222222.
 */
Test(shell, a_changed_cr3_takes_effect)
{
    for (unsigned t = 0; t < ENDS; t++)
        for (unsigned stepped = 0; stepped < 2; stepped++) {
            struct rig *s = rig_open("cr3", technique_words[t]);

            (void)rig_do(s, "until kernel_writes_cr3");
            if (stepped) /* the guest stands on the hardware itself */
                (void)rig_do(s, "p 0");
            cr_expect_str_eq(rig_do(s, "p/x *0x400000"), "0x11111111\n");
            (void)rig_do(s, "set $cr3 = $eax");
            (void)rig_do(s, "set $eip = kernel_goes_on");
            cr_expect_str_eq(rig_do(s, "p/x *0x400000"), "0x22222222\n");
            (void)rig_do(s, stepped ? "si" : "until kernel_goes_on + 5");
            cr_expect_str_eq(rig_do(s, "p/x $eax"), "0x22222222\n", "%s: %s", technique_words[t], s->said);
            (void)rig_do(s, "c");
            cr_expect_eq(s->d.report.outcome, OUTCOME_OK, "%s", technique_words[t]);
            rig_close(s);
        }
}

/* Code that is written under a guest's feet is what it executes next: a NOP becomes HLT's neighbour, an INC EAX. */
Test(shell, changed_code_is_executed)
{
    for (unsigned t = 0; t < ENDS; t++) {
        struct rig *s = rig_open("cr3", technique_words[t]);

        (void)rig_do(s, "until kernel_goes_on");
        (void)rig_do(s, "si");
        (void)rig_do(s, "set $eip = kernel_goes_on");
        (void)rig_do(s, "set *kernel_goes_on = 0x40404040"); /* inc eax, four times */
        (void)rig_do(s, "set u8(kernel_goes_on + 4) = 0x40");
        (void)rig_do(s, "set $eax = 10");
        (void)rig_do(s, "si 5");
        cr_expect_str_eq(rig_do(s, "p $eax"), "15 = 0xf\n", "%s: %s", technique_words[t], s->said);
        rig_close(s);
    }
}

/* A guest that goes on under technique after technique ends as it does under one. */
Test(shell, techniques_take_over)
{
    struct rig *s = rig_open("pagefault", "native");
    static const char *const next[] = {"technique emulate", "technique trap", "technique native"};

    s->d.o.virtualizable = true;
    for (unsigned i = 0; !debug_ended(&s->d); i++) {
        (void)rig_do(s, "si 500");
        if (!debug_ended(&s->d))
            (void)rig_do(s, next[i % 3]);
        cr_assert(!s->sh.bad, "%s", s->said);
    }
    cr_expect_eq(s->d.report.outcome, OUTCOME_OK);
    rig_close(s);
}

/* ---- leaving frames ---------------------------------------------------------------------------------------------- */

/* `finish` leaves the frame in which it was given, whatever ESP does meanwhile; a handler is left into another ring. */
Test(shell, finish_leaves_one_frame)
{
    static const struct {
        const char *from, *to;
    } frame[] = {{"popped", "outer_done"},
                 {"inner", "outer + 8"},
                 {"innermost", "factorial + 10"},
                 {"factorial", "factorial_done"},
                 {"system_call", "user_back"}};
    char line[80];

    for (unsigned t = 0; t < ENDS; t++)
        for (size_t i = 0; i < sizeof frame / sizeof frame[0]; i++) {
            struct rig *s = rig_open("calls", technique_words[t]);

            (void)snprintf(line, sizeof line, "until %s", frame[i].from);
            (void)rig_do(s, line);
            (void)rig_do(s, "finish");
            (void)snprintf(line, sizeof line, "p $eip - (%s)", frame[i].to);
            cr_expect_str_eq(rig_do(s, line), "0 = 0x0\n", "from %s in %s", frame[i].from, technique_words[t]);
            rig_close(s);
        }
}

/* ---- what is said ------------------------------------------------------------------------------------------------ */

#define SAYS(s, line, text)                                                                                            \
    cr_expect(strstr(rig_do(s, line), text), "'%s' does not say '%s': %s", line, text, (s)->said)

/* User code with IF=0 is interpreted: no hidden fault can come of its accesses, and no trap. */
Test(shell, why_knows_who_runs_the_guest)
{
    struct rig *s = rig_open("wp0", "trap");

    s->sh.width = 1000;
    (void)rig_do(s, "until user_program");
    SAYS(s, "why 0x300000 read user", "user_flags");
    SAYS(s, "why 0x300000 read user", "So the monitor's interpreter does it.");
    SAYS(s, "why 0x300000 write user", "So the monitor's interpreter delivers #PF, error code 7");
    SAYS(s, "walk 0x300000 read user", "The access succeeds");
    SAYS(s, "info vmm", "  user_flags");
    SAYS(s, "why 0x200000 read kernel", "hidden page fault"); /* of that ring nothing is known */
    (void)rig_do(s, "until system_call");
    SAYS(s, "info vmm", "  nothing");
    rig_close(s);
}

Test(shell, why_says_what_a_missing_gate_makes)
{
    struct rig *s = rig_open("pagefault", "trap");

    s->sh.width = 1000;
    (void)rig_do(s, "si 4000");
    (void)rig_do(s, "set $idtr.limit = 8 * 13 + 7"); /* no #PF */
    (void)rig_do(s, "set *($idtr.base + 8 * 8 + 4) = 0x8e00");
    SAYS(s, "why 0x900000 write kernel", "which makes it a double fault.");
    (void)rig_do(s, "set *($idtr.base + 8 * 8 + 4) = 0");
    SAYS(s, "why 0x900000 write kernel", "a triple fault, and the machine stops");
    rig_close(s);
}

Test(shell, ends_are_told_apart)
{
    struct rig *s = rig_open("reset", "native");

    (void)rig_do(s, "c");
    cr_assert_eq(s->d.report.outcome, OUTCOME_RESET);
    cr_expect(strstr(s->said, "resets the machine") && !strstr(s->said, "hangs"), "%s", s->said);
    rig_close(s);
}

/* Only vectors that push an error code have one; what faults is not said to be executed; exits come before their fills. */
Test(shell, steps_are_told_truly)
{
    struct rig *s = rig_open("nested", "trap");
    const char *exit, *fill;

    (void)rig_do(s, "until undefined");
    SAYS(s, "si", "   trap: #UD\n");
    cr_expect(strstr(s->said, "is not completed") && strstr(s->said, "   inject: #UD\n"), "%s", s->said);
    cr_expect(!strstr(s->said, "error code") && !strstr(s->said, "executes it"), "%s", s->said);
    rig_close(s);
    s = rig_open("cr3", "trap+v");
    (void)rig_do(s, "until kernel_goes_on");
    (void)rig_do(s, "si");
    exit = strstr(s->said, "   exit: hidden_fault");
    fill = strstr(s->said, "   fill: ");
    cr_expect(exit && fill && exit < fill, "%s", s->said);
    rig_close(s);
}

Test(shell, conditions_are_shown)
{
    struct rig *s = rig_open("calls", "trap");

    SAYS(s, "b inner if *0xfffffff0 == 1", "<inner> if *0xfffffff0 == 1\n");
    SAYS(s, "info breakpoints", "inner if *0xfffffff0 == 1\n");
    SAYS(s, "c", "Breakpoint 1: inner if *0xfffffff0 == 1\n   its condition cannot be evaluated: cannot access memory");
    SAYS(s, "condition 1 $eax >= 0", "");
    SAYS(s, "info breakpoints", "inner if $eax >= 0\n");
    SAYS(s, "condition 1", "");
    SAYS(s, "info breakpoints", "inner\n");
    rig_close(s);
}

Test(shell, ranges_and_escapes)
{
    struct rig *s = rig_open("calls", "trap");

    for (unsigned i = 0; i < 4; i++)
        (void)rig_do(s, "b inner");
    SAYS(s, "delete 2-3", "");
    cr_expect(!s->sh.bad && stops_find(&s->d, 1) && !stops_find(&s->d, 2) && !stops_find(&s->d, 3) &&
              stops_find(&s->d, 4));
    SAYS(s, "delete 4-9", "there is no stop point 4-9");
    SAYS(s, "set *$esp = 0x0a5c2261", "");
    SAYS(s, "set u8($esp + 4) = 0", "");
    SAYS(s, "x/s $esp", "\"a\\\"\\\\\\n\"\n");
    rig_close(s);
}
