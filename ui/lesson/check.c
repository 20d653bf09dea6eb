/* SPDX-License-Identifier: MIT */
#include "ui/lesson/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/command.h"
#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/lesson/fill.h"
#include "ui/lesson/holds.h"
#include "ui/lesson/stage.h"
#include "ui/report.h"
#include "ui/shell/shell.h"

struct check {
    struct lesson lesson;
    struct debugger d;
    struct shell sh;
    const struct step *step; /* and phase that is looked at */
    enum phase phase;
    unsigned assertions, failures;
};

/* "04-trap-and-emulate/lesson.json: step 3 (resume), after: ASSERTION: found ..." */
static void fail(struct check *k, const char *file, const char *what, const char *found)
{
    static const char *const phase[PHASES] = {"before", "after"};

    k->failures++;
    printf("%s/%s: ", k->lesson.folder, file);
    printf(_("step %u (%s), %s: "), (unsigned)(k->step - k->lesson.step) + 1, k->step->id, phase[k->phase]);
    printf(*what ? _("%s: found %s\n") : "%s%s\n", what, found);
}

static void not_true(void *check, const char *assertion, const char *found)
{
    fail(check, "lesson.json", assertion, found);
}

static void check_texts(struct check *k)
{
    char error[LESSON_ERROR];

    for (enum lesson_language lang = LESSON_EN; lang < LESSON_LANGUAGES; lang++) {
        char *text = fill_text(&k->d, k->step->section[lang].text[k->phase], error, sizeof error);

        if (!text)
            fail(k, lesson_file(lang), "", error);
        free(text);
    }
}

/* Before the answer: can it be asked? After it: is there one? */
static void check_question(struct check *k)
{
    char error[LESSON_ERROR];
    struct points points;
    struct answer truth;

    if (k->step->kind == QUESTION_NONE)
        return;
    k->assertions += k->phase == AFTER;
    if (k->phase == BEFORE ? question_points(&k->d, k->step, &points, error, sizeof error)
                           : question_truth(&k->d, k->step, &truth, error, sizeof error))
        fail(k, "lesson.json", "", error);
}

static void check_phase(struct check *k, struct stage *g)
{
    char error[LESSON_ERROR];

    if (stage_run(g, k->step, k->phase, error, sizeof error)) {
        fail(k, "lesson.json", "", error); /* what should hold there would only repeat it */
        return;
    }
    k->assertions += holds_check(&k->d, k->step, k->phase, not_true, k);
    check_question(k);
    check_texts(k);
}

static void check_steps(struct check *k, const struct options *said)
{
    struct stage g = {.lesson = &k->lesson, .said = said, .d = &k->d, .sh = &k->sh};
    char error[LESSON_ERROR];

    for (unsigned i = 0; i < k->lesson.steps; i++) {
        k->step = &k->lesson.step[i];
        k->phase = BEFORE;
        if (k->step->machine && stage_open(&g, k->step, error, sizeof error)) {
            fail(k, "lesson.json", "", error);
            return;
        }
        check_phase(k, &g);
        k->phase = AFTER;
        check_phase(k, &g);
    }
}

int lesson_check(const char *word, const struct options *said)
{
    struct check *k = calloc(1, sizeof *k);
    char error[LESSON_ERROR];
    int status = STATUS_OK;

    if (!k)
        return report(STATUS_FAILED, "%s", _("out of memory"));
    if (lesson_open(&k->lesson, word, error, sizeof error)) {
        printf("%s\n", error);
        free(k);
        return STATUS_FAILED;
    }
    shell_init(&k->sh, &k->d);
    check_steps(k, said);
    printf(_("%s: %u steps, %u assertions, 2 languages: %u failures\n"), k->lesson.folder, k->lesson.steps,
           k->assertions, k->failures);
    status = k->failures ? STATUS_FAILED : STATUS_OK;
    shell_free(&k->sh);
    debug_close(&k->d);
    lesson_close(&k->lesson);
    free(k);
    return status;
}
