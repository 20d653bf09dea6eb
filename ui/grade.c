/* SPDX-License-Identifier: MIT */
/* `ringside grade LAB SUBMISSION...`: a class's submissions, several at a time, and a report. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grade/course.h"
#include "grade/pool.h"
#include "grade/report.h"
#include "grade/roster.h"
#include "grade/sandbox.h"
#include "grade/score.h"
#include "grade/store.h"
#include "grade/submission.h"
#include "ui/command.h"
#include "ui/course.h"
#include "ui/i18n.h"
#include "ui/options.h"
#include "ui/report.h"

enum { ERROR_ROOM = FOLDER_ROOM + 300, BAR = 30 };

static volatile bool stopped;

struct grading {
    struct options o;
    struct places places;
    struct course course;
    struct store store;
    struct sandbox sandbox;
    char tier[80];
    struct roster roster;
    struct submission *submission;
    struct score *score;
    struct entry *entry;
    struct result *result;
    unsigned count, done, kept;
};

static void on_signal(int signal)
{
    (void)signal;
    stopped = true;
}

static void catch_signals(void)
{
    struct sigaction a = {.sa_handler = on_signal};

    (void)sigemptyset(&a.sa_mask);
    (void)sigaction(SIGINT, &a, NULL);
    (void)sigaction(SIGTERM, &a, NULL);
}

/* On a terminal one line that grows; elsewhere a line for each. */
static void progress(void *ctx, const struct pool *p, const struct entry *e)
{
    struct grading *g = ctx;
    unsigned full, got = 0, max = 0;

    g->done++;
    g->kept += e->kept;
    if (e->state == ENTRY_DONE)
        score_total(&g->course.lab, e->score, &got, &max);
    if (!isatty(STDERR_FILENO)) {
        if (e->state == ENTRY_DONE)
            fprintf(stderr, "[%u/%u] %s: %u/%u\n", g->done, p->entries, e->sub->name, got, max);
        else
            fprintf(stderr, _("[%u/%u] %s: not graded\n"), g->done, p->entries, e->sub->name);
        return;
    }
    full = BAR * g->done / p->entries;
    fprintf(stderr, "\r[");
    for (unsigned i = 0; i < BAR; i++)
        fputc(i < full ? '#' : '.', stderr);
    fprintf(stderr, "] %u/%u%s", g->done, p->entries, g->done == p->entries ? "\n" : "");
    (void)fflush(stderr);
}

/* $XDG_STATE_HOME/ringside/grade, as the XDG Base Directory Specification has it. */
static int state_folder(const struct grading *g, char path[FOLDER_ROOM])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

    if (g->o.state)
        (void)snprintf(path, FOLDER_ROOM, "%.4000s", g->o.state);
    else if (state && *state == '/')
        (void)snprintf(path, FOLDER_ROOM, "%.3000s/ringside/grade", state);
    else if (home && *home == '/')
        (void)snprintf(path, FOLDER_ROOM, "%.3000s/.local/state/ringside/grade", home);
    else
        return report(STATUS_USAGE, _("no HOME to keep scores in: --state FOLDER"));
    return 0;
}

/* The sandbox starts in other folders: paths must not depend on ours. */
static int open_store(struct grading *g)
{
    char path[FOLDER_ROOM], *real;

    if (state_folder(g, path))
        return STATUS_USAGE;
    if (folder_make(path) || !(real = realpath(path, NULL)))
        return report(STATUS_USAGE, "%s: %s", path, strerror(errno));
    if (store_open(&g->store, real)) {
        free(real);
        return report(STATUS_USAGE, "%s: %s", path, strerror(errno));
    }
    free(real);
    return 0;
}

static int choose_sandbox(struct grading *g)
{
    sandbox_find(&g->sandbox, g->places.launcher, g->store.work);
    sandbox_name(&g->sandbox, g->tier, sizeof g->tier);
    if (!sandbox_holds(&g->sandbox) && !g->o.unsafe)
        return report(STATUS_USAGE,
                      _("no sandbox works here (limits alone: %s); --unsafe-no-sandbox grades all the same, with your "
                        "rights"),
                      g->tier);
    fprintf(stderr, _("sandbox: %s\n"), g->tier);
    return 0;
}

/* Named twice is handed in once. */
static bool named_before(char **words, unsigned i)
{
    char *mine = realpath(words[i], NULL);
    bool found = false;

    for (unsigned j = 1; mine && j < i && !found; j++) {
        char *other = realpath(words[j], NULL);

        found = other && strcmp(mine, other) == 0;
        free(other);
    }
    free(mine);
    return found;
}

static int read_submissions(struct grading *g)
{
    unsigned n = g->o.word_count;
    char digest[33], program[FOLDER_ROOM];

    g->submission = calloc(n, sizeof *g->submission);
    g->score = calloc(n, sizeof *g->score);
    g->entry = calloc(n, sizeof *g->entry);
    g->result = calloc(n, sizeof *g->result);
    if (!g->submission || !g->score || !g->entry || !g->result)
        return report(STATUS_USAGE, "%s", strerror(ENOMEM));
    program_file(program);
    course_digest(&g->course, program, digest);
    for (unsigned i = 1; i < n; i++) {
        struct entry *e = &g->entry[g->count];
        struct stat st;

        if (lstat(g->o.words[i], &st)) /* a link is there, whatever it leads to */
            return report(STATUS_USAGE, "%s: %s", g->o.words[i], strerror(errno));
        if (named_before(g->o.words, i))
            continue;
        e->sub = &g->submission[g->count];
        e->score = &g->score[g->count];
        submission_read(e->sub, g->o.words[i], g->course.lab.file);
        store_key(digest, &g->sandbox, e->sub, e->key);
        g->result[g->count].entry = e;
        if (g->o.roster)
            g->result[g->count].student = roster_match(&g->roster, e->sub->name);
        g->count++;
    }
    return 0;
}

static int open_all(struct grading *g)
{
    char error[ERROR_ROOM];

    if (places_find(&g->places))
        return STATUS_USAGE;
    if (course_open(&g->course, &g->places, g->o.words[0], true, error, sizeof error) ||
        (g->o.roster && roster_read(&g->roster, g->o.roster, error, sizeof error)))
        return report(STATUS_USAGE, "%s", error);
    if (open_store(g) || choose_sandbox(g))
        return STATUS_USAGE;
    return read_submissions(g);
}

static int run(struct grading *g)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct pool p = {.course = &g->course,
                     .sandbox = &g->sandbox,
                     .store = &g->store,
                     .entry = g->entry,
                     .entries = g->count,
                     .jobs = g->o.jobs        ? g->o.jobs
                             : processors > 0 ? (unsigned)processors
                                              : 1,
                     .fresh = g->o.fresh,
                     .done = progress,
                     .ctx = g,
                     .stop = &stopped};
    const struct results r = {&g->course, g->tier, g->result, g->count, g->o.roster ? &g->roster : NULL};
    bool good;

    catch_signals();
    good = pool_run(&p);
    if (stopped)
        return report(STATUS_USAGE, _("interrupted; the same command goes on from here"));
    if (g->kept)
        fprintf(stderr, _("%u of %u scores are from an earlier run (--fresh grades anew)\n"), g->kept, g->count);
    if (g->o.format->write(stdout, &r) || fflush(stdout) || ferror(stdout))
        return report(STATUS_USAGE, _("the report cannot be written"));
    return good ? STATUS_OK : STATUS_USAGE;
}

static void close_all(struct grading *g)
{
    for (unsigned i = 0; i < g->count; i++)
        submission_free(&g->submission[i]);
    free(g->submission);
    free(g->score);
    free(g->entry);
    free(g->result);
    roster_free(&g->roster);
    store_close(&g->store);
    course_close(&g->course);
}

int command_grade(int argc, char **argv)
{
    struct grading g = {.store = {.lock = -1}};
    int status;

    if (options_parse(&g.o, FOR_GRADE, argc, argv))
        return STATUS_USAGE;
    if (g.o.help)
        return command_help("grade");
    if (!g.o.format)
        g.o.format = report_formats;
    if (g.o.word_count < 2)
        return report(STATUS_USAGE, _("grade needs a lab and submissions: ringside grade LAB SUBMISSION..."));
    status = open_all(&g);
    if (!status && g.o.format->write == report_gradescope && g.count != 1)
        status = report(STATUS_USAGE, _("--format gradescope is for one submission at a time"));
    if (!status)
        status = run(&g);
    close_all(&g);
    return status;
}
