/* SPDX-License-Identifier: MIT */
/*
 * A lesson being played. Its pages are the phases of its steps, in a row: a question, what it came to, the next question.
 * A command or a key is a wish, granted by lesson_play_work() when the shell is idle: it makes the machine anew and leads it to
 * the page, so that the student may do with the guest what he likes in between.
 */
#ifndef UI_LESSON_PLAY_H
#define UI_LESSON_PLAY_H

#include <stdbool.h>

#include "ui/lesson/holds.h"
#include "ui/lesson/lesson.h"
#include "ui/lesson/progress.h"
#include "ui/lesson/stage.h"

enum wish { WISH_NONE, WISH_ENTER, WISH_NEXT, WISH_BACK, WISH_AGAIN, WISH_ANSWER };

struct lesson_play {
    struct lesson lesson;
    struct stage stage;
    enum lesson_language lang;
    unsigned step;
    enum phase phase;
    char *text; /* of this page, filled; owned */
    struct points points;
    struct answer said, truth;
    bool answered, right;       /* this step's question, since the step was entered */
    char trouble[LESSON_ERROR]; /* "": the machine is where the text speaks of */
    enum wish wish;
    struct progress progress;
};

/* 0, or -1 with one line in `error`. `d` and `sh` are the caller's; `said`: see stage.h. */
int lesson_play_open(struct lesson_play *p, const char *word, const struct options *said, char *error, size_t room);
void lesson_play_close(struct lesson_play *p);
/* A line behind "lesson": next, back, again, answer X. False: `say` tells what is wrong with it. */
bool lesson_play_command(struct lesson_play *p, const char *args, char *say, size_t room);
/* Grants a wish, if there is one. True: the page and the machine are others now. */
bool lesson_play_work(struct lesson_play *p);
/* At once. */
void lesson_play_enter(struct lesson_play *p, unsigned step, enum phase phase);
const struct step *lesson_play_step(const struct lesson_play *p);

#endif
