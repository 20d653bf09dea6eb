/* SPDX-License-Identifier: MIT */
#include "ui/lesson/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/lesson/fill.h"

const struct step *lesson_play_step(const struct lesson_play *p)
{
    return &p->lesson.step[p->step];
}

int lesson_play_open(struct lesson_play *p, const char *word, const struct options *said, char *error, size_t room)
{
    *p = (struct lesson_play){.lang = lesson_language(), .wish = WISH_ENTER};
    if (lesson_open(&p->lesson, word, error, room))
        return -1;
    p->stage = (struct stage){.lesson = &p->lesson, .said = said};
    progress_read(&p->progress, p->lesson.name);
    for (unsigned i = 0; i < p->lesson.steps; i++)
        if (strcmp(p->lesson.step[i].id, p->progress.at) == 0 && !p->progress.finished)
            p->step = i;
    return 0;
}

void lesson_play_close(struct lesson_play *p)
{
    free(p->text);
    lesson_close(&p->lesson);
    *p = (struct lesson_play){.text = NULL};
}

/* ---- pages ------------------------------------------------------------------------------------------------------- */

/* The page of this phase, from a machine that has been led to it. */
static int fill(struct lesson_play *p)
{
    const struct step *s = lesson_play_step(p);
    const struct debugger *d = p->stage.d;

    p->text = fill_text(d, s->section[p->lang].text[p->phase], p->trouble, sizeof p->trouble);
    if (!p->text)
        return -1;
    if (p->phase == BEFORE)
        return question_points(d, s, &p->points, p->trouble, sizeof p->trouble);
    return s->kind == QUESTION_NONE ? 0 : question_truth(d, s, &p->truth, p->trouble, sizeof p->trouble);
}

static void note_progress(struct lesson_play *p)
{
    const struct step *s = lesson_play_step(p);

    (void)snprintf(p->progress.at, sizeof p->progress.at, "%s", s->id);
    p->progress.finished |= p->phase == AFTER && p->step + 1 == p->lesson.steps;
    if (p->phase == AFTER && p->answered)
        progress_answer(&p->progress, s->id, p->right);
    progress_write(&p->progress, p->lesson.name);
}

void lesson_play_enter(struct lesson_play *p, unsigned step, enum phase phase)
{
    bool answered = p->answered && step == p->step && phase == AFTER;

    free(p->text);
    p->text = NULL;
    p->step = step;
    p->phase = phase;
    *p->trouble = '\0';
    if (!stage_enter(&p->stage, step, phase, p->trouble, sizeof p->trouble))
        (void)fill(p);
    p->answered = answered && !*p->trouble;
    p->right = p->answered && question_right(lesson_play_step(p), &p->said, &p->truth);
}

/* ---- wishes ------------------------------------------------------------------------------------------------------ */

static bool answer(struct lesson_play *p, const char *typed, char *say, size_t room)
{
    const struct step *s = lesson_play_step(p);

    if (s->kind == QUESTION_NONE || p->phase == AFTER) {
        (void)snprintf(say, room, "%s",
                       p->phase == AFTER ? _("the answer is there already; F5 goes back to the question")
                                         : _("this page asks nothing; F6 goes on"));
        return false;
    }
    p->answered = !question_read(p->stage.d, s, &p->points, typed, &p->said, say, room);
    p->wish = p->answered ? WISH_ANSWER : WISH_NONE;
    return p->answered;
}

bool lesson_play_command(struct lesson_play *p, const char *args, char *say, size_t room)
{
    static const struct {
        const char *name;
        enum wish wish;
    } word[] = {{"next", WISH_NEXT}, {"back", WISH_BACK}, {"again", WISH_AGAIN}};

    for (unsigned i = 0; i < sizeof word / sizeof word[0]; i++)
        if (strcmp(word[i].name, args) == 0) {
            p->wish = word[i].wish;
            return true;
        }
    if (strncmp(args, "answer ", 7) == 0)
        return answer(p, args + 7 + strspn(args + 7, " "), say, room);
    (void)snprintf(say, room, "%s", _("lesson next, back, again, or answer X"));
    return false;
}

/* The page before or after this one; at either end it stays. */
static void turn(struct lesson_play *p, int by)
{
    int page = (int)(PHASES * p->step + p->phase) + by;

    if (page < 0 || page >= (int)(PHASES * p->lesson.steps))
        return;
    if (by > 0 && p->phase == BEFORE)
        p->answered = false; /* it is shown without an answer */
    lesson_play_enter(p, (unsigned)page / PHASES, (enum phase)(page % PHASES));
}

bool lesson_play_work(struct lesson_play *p)
{
    enum wish w = p->wish;

    p->wish = WISH_NONE;
    switch (w) {
    case WISH_NONE: return false;
    case WISH_NEXT: turn(p, 1); break;
    case WISH_BACK: turn(p, -1); break;
    case WISH_ANSWER: lesson_play_enter(p, p->step, AFTER); break;
    case WISH_ENTER:
    case WISH_AGAIN: lesson_play_enter(p, p->step, p->phase); break;
    }
    note_progress(p);
    return true;
}
