/* SPDX-License-Identifier: MIT */
/* The judge, with plug-ins in this process as what is judged: verdicts, budgets, and tests that would prove nothing. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "grade/course.h"
#include "grade/judge.h"
#include "grade/remote.h"
#include "labs/include/lab_wire.h"
#include "vmm/seam.h"

static const struct places places = {.labs = "labs", .built = "build/labs"};

/* A seam of the solution's, for the judge to set up. */
static struct seam *solution(void)
{
    char error[200];
    const struct technique *t = plugin_open("build/labs/02-trap-and-emulate/solution.so", error, sizeof error);

    cr_assert_not_null(t, "%s", error);
    return (struct seam *)t;
}

static void open_course(struct course *c)
{
    char error[300];

    cr_assert_eq(course_open(c, &places, "2", true, error, sizeof error), 0, "%s", error);
}

static struct trial trial_of(const struct course *c, unsigned p, unsigned t)
{
    return (struct trial){&c->lab, &c->lab.part[p], &c->lab.part[p].test[t], c->image[p][t].bytes, c->image[p][t].size};
}

Test(judge, passes_the_solution_with_any_seed)
{
    static struct course c;
    struct verdict v;

    open_course(&c);
    for (unsigned p = 0; p < c.lab.parts; p++)
        for (unsigned t = 0; t < c.lab.part[p].tests; t++)
            for (uint32_t seed = 0; seed < 5; seed++) {
                struct trial trial = trial_of(&c, p, t);

                c.lab.part[p].test[t].seed = seed * 0x9e3779b9;
                judge(&trial, solution(), &v);
                cr_expect(v.passed, "%s, seed %u: %s", trial.test->guest, trial.test->seed, v.text);
            }
    course_close(&c);
}

/* Each budget is met with room to spare, and one that is too small is noticed, at the same place each time. */
Test(judge, budgets_count_simulated_cycles)
{
    static struct course c;
    struct verdict v, again;

    open_course(&c);
    for (unsigned p = 0; p < c.lab.parts; p++)
        for (unsigned t = 0; t < c.lab.part[p].tests; t++) {
            struct trial trial = trial_of(&c, p, t);
            uint64_t budget = c.lab.part[p].test[t].cycles;

            c.lab.part[p].test[t].cycles = budget / 2;
            judge(&trial, solution(), &v);
            cr_expect(v.passed, "%s needs more than half of its budget: %s", trial.test->guest, v.text);
            c.lab.part[p].test[t].cycles = 20000;
            judge(&trial, solution(), &v);
            judge(&trial, solution(), &again);
            cr_expect(!v.passed && strstr(v.text, "budget"), "%s: %s", trial.test->guest, v.text);
            cr_expect_str_eq(v.text, again.text);
        }
    course_close(&c);
}

/* A guest that asks for nothing would pass anybody; a lab with such a test is at fault, not the student. */
Test(judge, finds_a_test_that_proves_nothing)
{
    static struct course c;
    struct verdict v;
    struct trial trial;

    open_course(&c);
    trial = trial_of(&c, 0, 0);
    c.lab.part[0].duties = 1u << LAB_LGDT; /* which the guest of "flags" does once */
    judge(&trial, solution(), &v);
    cr_expect(v.passed, "%s", v.text);
    c.lab.part[0].duties = 1u << LAB_HLT; /* and this it never does */
    judge(&trial, solution(), &v);
    cr_expect(v.fault && !v.passed, "%s", v.text);
    course_close(&c);
}

/* Where a plug-in goes wrong, the verdict names instruction, place and value. */
static enum lab_next wrong(struct seam *s, struct vm *vm, const struct lab_trap *t)
{
    struct lab_call c = {.what = LAB_SET, .a = LAB_EIP};
    uint32_t reg[LAB_REGS];

    seam_registers(vm, reg);
    c.b = reg[LAB_EIP] + t->length;
    seam_call(s, vm, &c); /* IF stays as it is */
    return LAB_DONE;
}

Test(judge, says_what_differs)
{
    static struct course c;
    static struct seam seam;
    struct verdict v;
    struct trial trial;

    open_course(&c);
    trial = trial_of(&c, 0, 0);
    seam_init(&seam, "wrong", 0);
    seam.ask = wrong;
    judge(&trial, &seam, &v);
    cr_expect(!v.passed && v.differs && v.tick > 0, "%s", v.text);
    cr_expect(strstr(v.text, "after sti at ") && strstr(v.text, "(main") && strstr(v.text, "eflags"), "%s", v.text);
    course_close(&c);
}

/* A program that has stopped will not go on while the judge waits, just as one that sleeps. */
Test(judge, waits_for_no_stopped_program, .timeout = 60)
{
    static struct course c;
    const struct lab_call ready = {.what = LAB_SAY_NEXT};
    struct verdict v;
    struct trial trial;
    struct remote r;
    int pair[2];
    pid_t pid;

    open_course(&c);
    trial = trial_of(&c, 0, 0);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    remote_attach(&r, pair[0]);
    pid = fork();
    if (pid == 0) {
        (void)send(pair[1], &ready, sizeof ready, 0);
        (void)raise(SIGSTOP);
        _exit(0);
    }
    judge(&trial, &r.seam, &v);
    cr_expect(!v.passed && !r.fault && strstr(v.text, "hangs"), "%s", v.text);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    remote_close(&r);
    (void)close(pair[1]);
    course_close(&c);
}
