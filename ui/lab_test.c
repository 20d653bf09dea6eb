/* SPDX-License-Identifier: MIT */
/* `ringside lab test`: the public tests on a student's own file, and for each that fails the way to see it happen. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "grade/assess.h"
#include "grade/sandbox.h"
#include "grade/score.h"
#include "grade/submission.h"
#include "ui/i18n.h"
#include "ui/lab.h"
#include "ui/options.h"
#include "ui/report.h"
#include "vmm/seam.h"

/* The part's duties, as --mode takes them: ",cli,sti". */
static void print_duties(uint32_t duties)
{
    for (unsigned d = 0; d < LAB_DUTIES; d++)
        if (duties >> d & 1)
            printf(",%s", seam_duty_name[d]);
}

/* A word as a shell takes it: in quotes where it has to be. */
static void print_word(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
    bool quoted = false;

    for (const char *c = word; *c; c++)
        quoted |= (unsigned char)*c < 0x80 && !strchr(plain, *c);
    if (!quoted) {
        fputs(word, stdout);
        return;
    }
    putchar('\'');
    for (; *word; word++)
        *word == '\'' ? fputs("'\\''", stdout) : putchar(*word);
    putchar('\'');
}

/* How to run the same thing where it can be watched. */
static void print_way(const struct handiwork *h, const struct test_score *ts, unsigned p, unsigned t)
{
    const struct manifest *m = &h->course.lab;
    const struct lab_test *test = &m->part[p].test[t];
    char *folder = realpath(h->folder, NULL), program[FOLDER_ROOM], tests[2 * FOLDER_ROOM];

    program_file(program);
    (void)snprintf(tests, sizeof tests, "%s/%s/tests", h->places.built, h->course.folder);
    printf("      %s\n      make && (cd ", _("to see it:"));
    print_word(tests);
    printf(" && ");
    print_word(program);
    printf(" debug %s.elf \\\n          --mode ", test->guest);
    print_word(folder ? folder : h->folder);
    printf("/monitor.so");
    print_duties(m->part[p].duties);
    printf(" --cpu %s --clock insns --mem %" PRIu64 "K --append %" PRIu32 ")\n",
           m->virtualizable ? "virtualizable" : "x86", m->mem >> 10, test->seed);
    if (ts->differs && ts->tick)
        printf(_("      and in it: tick %" PRIu64 ", then stepi\n"), ts->tick - 1);
    free(folder);
}

static void print_part(const struct handiwork *h, const struct score *s, unsigned p)
{
    const struct lab_part *part = &h->course.lab.part[p];
    unsigned got, max;

    score_part(&h->course.lab, s, p, &got, &max);
    printf("  %-10s %2u/%-2u  %s\n", part->name, got, max, text_of(&part->title));
    for (unsigned t = 0; t < part->tests; t++) {
        const struct test_score *ts = &s->test[p][t];

        if (!ts->run || ts->passed || *s->problem)
            continue;
        printf("      %s: %s\n", part->test[t].guest, ts->why);
        print_way(h, ts, p, t);
    }
}

static int print_score(const struct handiwork *h, const struct score *s)
{
    unsigned got, max;

    if (s->fault)
        return report(STATUS_USAGE, "%s", *s->problem ? s->problem : _("the tests could not be run"));
    if (*s->problem)
        printf("%s\n", s->problem);
    for (unsigned p = 0; p < h->course.lab.parts; p++)
        print_part(h, s, p);
    score_total(&h->course.lab, s, &got, &max);
    printf(_("%u of the %u points of the public tests; hidden ones make up the rest to %u\n"), got, max,
           h->course.lab.points);
    return got == max ? STATUS_OK : STATUS_FAILED;
}

static void say_tier(const struct sandbox *s)
{
    char name[80];

    sandbox_name(s, name, sizeof name);
    if (sandbox_holds(s))
        printf(_("sandbox: %s\n"), name);
    else
        printf(_("no sandbox works here: your code runs with your rights, with limits only (%s)\n"), name);
}

static int test_in(const struct handiwork *h, const char *dir)
{
    struct score *score = calloc(1, sizeof *score);
    struct sandbox sandbox;
    struct submission s;
    char job[FOLDER_ROOM];
    int status;

    sandbox_find(&sandbox, h->places.launcher, dir);
    say_tier(&sandbox);
    submission_read(&s, h->file, h->course.lab.file);
    if (!score || folder_path(job, dir, "job") || folder_make(job)) {
        status = report(STATUS_USAGE, _("%s: no folder can be made there"), dir);
    } else {
        assess(&h->course, &sandbox, &s, job, 0, score);
        status = print_score(h, score);
    }
    submission_free(&s);
    free(score);
    return status;
}

/* In a process of its own: Ctrl-C ends that, and the folder is cleared away all the same. */
static int test_apart(const struct handiwork *h, const char *dir)
{
    int status = 0;
    pid_t pid;

    (void)fflush(NULL);
    pid = fork();
    if (pid == 0) {
        status = test_in(h, dir);
        _exit(fflush(stdout) ? STATUS_USAGE : status);
    }
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGTERM, SIG_IGN);
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return report(STATUS_USAGE, "%s", strerror(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_USAGE;
}

int lab_test(const struct options *o)
{
    struct handiwork h;
    const char *tmp = getenv("TMPDIR");
    char dir[FOLDER_ROOM];
    int status = handiwork_open(&h, o);

    if (!status && access(h.file, F_OK)) {
        handiwork_close(&h);
        status = report(STATUS_USAGE, "%s: %s", h.file, strerror(errno));
    }
    if (status)
        return status;
    (void)snprintf(dir, sizeof dir, "%.3000s/ringside-XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
    if (mkdtemp(dir)) {
        status = test_apart(&h, dir);
        folder_remove(dir);
    } else {
        status = report(STATUS_USAGE, _("%s: no folder can be made there"), dir);
    }
    handiwork_close(&h);
    return status;
}
