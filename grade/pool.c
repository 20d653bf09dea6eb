/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* Linux: PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG */
#include "grade/pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "grade/assess.h"
#include "grade/course.h"
#include "grade/score.h"
#include "grade/store.h"

enum { LOOK_MS = 20, JOBS_MAX = 256 };

struct job {
    pid_t pid; /* 0: free */
    struct entry *entry;
};

/* Orphans of this job come to it, and it dies with the grader. */
static void settle(void)
{
#ifdef __linux__
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
#endif
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
}

static void job_folder(const struct pool *p, unsigned slot, char dir[FOLDER_ROOM])
{
    char name[16];

    (void)snprintf(name, sizeof name, "%u", slot);
    (void)folder_path(dir, p->store->work, name);
}

/* In the job's process. Its exit status says whether there is a score. */
static int work(const struct pool *p, const struct entry *e, unsigned slot)
{
    char dir[FOLDER_ROOM];

    settle();
    job_folder(p, slot, dir);
    folder_remove(dir);
    if (folder_make(dir))
        return 1;
    /* Graders that run side by side have different users for their jobs. */
    assess(p->course, p->sandbox, e->sub, dir, slot + (unsigned)getppid() * 16, e->score);
    folder_remove(dir);
    if (e->score->fault) {
        fprintf(stderr, "ringside: %s: %s\n", e->sub->name, e->score->problem);
        return 1;
    }
    return store_put(p->store, p->course, e->key, e->score) ? 1 : 0;
}

static struct entry *next_waiting(struct pool *p)
{
    for (unsigned i = 0; i < p->entries; i++)
        if (p->entry[i].state == ENTRY_WAITS)
            return &p->entry[i];
    return NULL;
}

static void finish(struct pool *p, struct entry *e, bool scored)
{
    scored = scored && store_get(p->store, p->course, e->key, e->score);
    e->state = scored ? ENTRY_DONE : ENTRY_FAULT;
    if (p->done)
        p->done(p->ctx, p, e);
}

static void start(struct pool *p, struct job *j, unsigned slot)
{
    struct entry *e = next_waiting(p);

    if (!e)
        return;
    (void)fflush(NULL);
    j->pid = fork();
    if (j->pid == 0)
        _exit(work(p, e, slot));
    if (j->pid < 0) {
        j->pid = 0;
        finish(p, e, false);
        return;
    }
    j->entry = e;
    e->state = ENTRY_RUNS;
}

/* A job that is over. True: there was one. */
static bool collect(struct pool *p, struct job *job, unsigned jobs)
{
    for (unsigned i = 0; i < jobs; i++) {
        int status;

        if (!job[i].pid || waitpid(job[i].pid, &status, WNOHANG) != job[i].pid)
            continue;
        job[i].pid = 0;
        finish(p, job[i].entry, WIFEXITED(status) && WEXITSTATUS(status) == 0);
        return true;
    }
    return false;
}

static void end_all(struct job *job, unsigned jobs)
{
    for (unsigned i = 0; i < jobs; i++)
        if (job[i].pid) {
            (void)kill(job[i].pid, SIGKILL);
            (void)waitpid(job[i].pid, NULL, 0);
        }
}

/* Scores that are there need no work. */
static void take_kept(struct pool *p)
{
    for (unsigned i = 0; i < p->entries && !p->fresh; i++) {
        struct entry *e = &p->entry[i];

        e->kept = store_get(p->store, p->course, e->key, e->score);
        if (!e->kept)
            continue;
        e->state = ENTRY_DONE;
        if (p->done)
            p->done(p->ctx, p, e);
    }
}

static bool busy(const struct job *job, unsigned jobs)
{
    for (unsigned i = 0; i < jobs; i++)
        if (job[i].pid)
            return true;
    return false;
}

bool pool_run(struct pool *p)
{
    struct job job[JOBS_MAX] = {{0}};
    unsigned jobs = p->jobs < JOBS_MAX ? p->jobs : JOBS_MAX;
    bool good = true;

    take_kept(p);
    do {
        for (unsigned i = 0; i < jobs && !*p->stop; i++)
            if (!job[i].pid)
                start(p, &job[i], i);
        if (!collect(p, job, jobs))
            (void)poll(NULL, 0, LOOK_MS);
    } while (!*p->stop && (busy(job, jobs) || next_waiting(p)));
    end_all(job, jobs);
    for (unsigned i = 0; i < p->entries; i++)
        good &= p->entry[i].state == ENTRY_DONE;
    return good;
}
