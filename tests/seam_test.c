/* SPDX-License-Identifier: MIT */
/* The seam of labs: plug-ins that emulate as they should are a technique like any other, and what they may not do ends. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "interp/loader.h"
#include "interp/state.h"
#include "tests/support/guest.h"
#include "vmm/monitor.h"
#include "vmm/seam.h"

enum { PATIENCE = 2000000000 };

static const char *const solution = "build/labs/02-trap-and-emulate/solution.so";

static void run(const struct micro *m, const struct technique *t, char digest[33], struct play *s)
{
    play_open_as(s, t, true, false, true, m, true);
    (void)vm_run(s->vm, PATIENCE);
    machine_digest(vm_guest(s->vm), digest);
}

/* By instructions a plug-in's guests end as native ones do, to the last bit. */
Test(seam, plugin_equals_native)
{
    static const char *const plugin[] = {
        "build/labs/02-trap-and-emulate/solution.so", "build/labs/02-trap-and-emulate/solution.so,cli,sti",
        "build/labs/02-trap-and-emulate/solution.so,interrupt", "build/labs/02-trap-and-emulate/solution.so,iret,hlt",
        "build/plugins/paging.so,cli,sti,iret,interrupt,page-fault"};
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);
    char error[200];

    for (unsigned p = 0; p < sizeof plugin / sizeof plugin[0]; p++) {
        const struct technique *t = plugin_open(plugin[p], error, sizeof error);

        cr_assert_not_null(t, "%s", error);
        for (unsigned i = 0; i < n; i++) {
            static struct play native, s;
            char expected[33], got[33];

            run(&list[i], technique_find("native"), expected, &native);
            run(&list[i], t, got, &s);
            cr_expect_str_eq(vm_complaint(s.vm), "", "%s, %s", list[i].name, plugin[p]);
            cr_expect_str_eq(got, expected, "%s, %s", list[i].name, plugin[p]);
            cr_expect_str_eq(s.console, native.console, "%s, %s", list[i].name, plugin[p]);
            play_close(&native);
            play_close(&s);
        }
    }
    micro_free(list, n);
}

/* One step is one instruction or one event, also where a plug-in executes it. */
Test(seam, plugin_steps)
{
    static struct micro list[GUESTS_MAX];
    static struct play whole, steps;
    unsigned n = micro_list(list), i = 0;
    char error[200], expected[33], got[33];
    const struct technique *t = plugin_open(solution, error, sizeof error);
    enum outcome o;

    while (strcmp(list[i].name, "timer") != 0)
        i++;
    run(&list[i], t, expected, &whole);
    play_open_as(&steps, t, true, false, true, &list[i], true);
    do {
        uint64_t before = machine_now(vm_guest(steps.vm)), idle = vm_guest(steps.vm)->idle_ticks;

        o = vm_step(steps.vm);
        idle = vm_guest(steps.vm)->idle_ticks - idle;
        cr_assert_leq(machine_now(vm_guest(steps.vm)) - before - idle, 1);
    } while (o == OUTCOME_NONE);
    machine_digest(vm_guest(steps.vm), got);
    cr_assert_str_eq(got, expected);
    play_close(&whole);
    play_close(&steps);
    micro_free(list, n);
}

/* Answers with what the test wants, once. */
static struct lab_call wanted;
static enum lab_next answer;

static enum lab_next ask(struct seam *s, struct vm *vm, const struct lab_trap *t)
{
    (void)t;
    if (wanted.what != LAB_SAY_NEXT)
        seam_call(s, vm, &wanted);
    return answer;
}

/* A message and the answer that follows it -> the complaint that ends the run; "": none. */
static void complaint_of(const struct micro *m, struct lab_call c, enum lab_next next, const char *expected)
{
    static struct play s;
    static struct seam seam;

    seam_init(&seam, "test", SEAM_ALL);
    seam.ask = ask;
    wanted = c;
    answer = next;
    play_open_as(&s, &seam.technique, true, false, true, m, true);
    (void)vm_run(s.vm, 100000);
    cr_expect(strstr(vm_complaint(s.vm), expected) && !*vm_complaint(s.vm) == !*expected, "'%s', not '%s'",
              vm_complaint(s.vm), expected);
    play_close(&s);
}

Test(seam, refuses_what_is_not_allowed)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);
    static const struct {
        struct lab_call c;
        const char *complaint;
    } bad[] = {
        {{.what = LAB_WHATS}, "no known kind"},
        {{.what = UINT32_MAX}, "no known kind"},
        {{.what = LAB_SET, .a = LAB_REGS}, "cannot be set"},
        {{.what = LAB_SET, .a = UINT32_MAX}, "cannot be set"},
        {{.what = LAB_SET, .a = LAB_CPL, .b = 3}, "cannot be set"},
        {{.what = LAB_SET, .a = LAB_TSS_BASE}, "cannot be set"},
        {{.what = LAB_READ, .a = 0, .b = LAB_DATA + 1}, "at once"},
        {{.what = LAB_WRITE, .a = 0, .b = UINT32_MAX}, "at once"},
        {{.what = LAB_PORT_IN, .a = 0x10000, .b = 1}, "no port"},
        {{.what = LAB_PORT_OUT, .a = 0x80, .b = 3}, "no port"},
        {{.what = LAB_ACK}, "no interrupt to take"},
        {{.what = LAB_INJECT, .a = 32}, "no exception"},
        {{.what = LAB_SAY_NEXT}, "is yours"}, /* with LAB_DEFER behind it */
    };

    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        complaint_of(&list[0], bad[i].c, LAB_DEFER, bad[i].complaint);
    complaint_of(&list[0], (struct lab_call){.what = LAB_SAY_NEXT}, LAB_HOLD, "is yours");
    micro_free(list, n);
}
