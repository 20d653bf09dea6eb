/* SPDX-License-Identifier: MIT */
#include "grade/assess.h"

#include <stdio.h>
#include <string.h>

#include "grade/compile.h"
#include "grade/course.h"
#include "grade/judge.h"
#include "grade/launcher/launcher.h"
#include "grade/remote.h"
#include "grade/sandbox.h"
#include "grade/score.h"
#include "vmm/words.h"

struct job {
    const struct course *c;
    const struct sandbox *s;
    const char *dir;
    unsigned slot;
    struct score *score;
    const char *mute; /* it did not even start: no further test is run, and this is why */
};

/* One test in a process of its own. */
static void run_test(struct job *j, unsigned p, unsigned t)
{
    static const char program[] = "./" WORKER;
    const char *const argv[] = {program, NULL};
    const struct lab_part *part = &j->c->lab.part[p];
    const struct guest_image *image = &j->c->image[p][t];
    const struct trial trial = {&j->c->lab, part, &part->test[t], image->bytes, image->size};
    struct test_score *ts = &j->score->test[p][t];
    char output[32];
    const struct confined k = {
        .run = true, .dir = j->dir, .argv = (char *const *)(void *)argv, .output = output, .slot = j->slot};
    struct remote r;
    struct verdict v;

    (void)snprintf(output, sizeof output, "output-%u-%u", p, t);
    if (remote_open(&r, j->s, &k)) {
        j->score->fault = true;
        return;
    }
    judge(&trial, &r.seam, &v);
    remote_close(&r);
    ts->passed = v.passed;
    ts->differs = v.differs;
    ts->tick = v.tick;
    (void)snprintf(ts->why, sizeof ts->why, "%s", v.text);
    j->score->fault |= v.fault || r.fault;
    if (j->score->fault)
        (void)snprintf(j->score->problem, sizeof j->score->problem, "%s", v.text);
    if (!r.ready)
        j->mute = ts->why;
}

static void run_tests(struct job *j)
{
    for (unsigned p = 0; p < j->c->lab.parts && !j->score->fault; p++)
        for (unsigned t = 0; t < j->c->lab.part[p].tests && !j->score->fault; t++) {
            struct test_score *ts = &j->score->test[p][t];

            if (!ts->run)
                continue;
            if (j->mute)
                memcpy(ts->why, j->mute, sizeof ts->why);
            else
                run_test(j, p, t);
        }
}

void assess(const struct course *c, const struct sandbox *s, const struct submission *sub, const char *dir,
            unsigned slot, struct score *score)
{
    struct job j = {c, s, dir, slot, score, NULL};
    enum compiled done;

    *score = (struct score){.fault = false};
    memcpy(score->submission, sub->name, sizeof score->submission);
    sandbox_name(s, score->sandbox, sizeof score->sandbox);
    for (unsigned p = 0; p < c->lab.parts; p++)
        for (unsigned t = 0; t < c->lab.part[p].tests; t++)
            score->test[p][t].run = c->image[p][t].bytes != NULL;
    if (!sub->text) {
        (void)snprintf(score->problem, sizeof score->problem, "%s", sub->problem);
        return;
    }
    done = compile(c, s, sub, dir, slot, score->problem, sizeof score->problem);
    score->fault = done == COMPILE_FAULT;
    if (done == COMPILED)
        run_tests(&j);
}
