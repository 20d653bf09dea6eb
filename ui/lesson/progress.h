/* SPDX-License-Identifier: MIT */
/*
 * How far a user has come, in $XDG_STATE_HOME/ringside/lessons.json (XDG Base Directory Specification 0.8). Where nothing
 * can be read or written, nothing is remembered, and nobody is bothered.
 */
#ifndef UI_LESSON_PROGRESS_H
#define UI_LESSON_PROGRESS_H

#include <stdbool.h>

#include "ui/lesson/lesson.h"

struct progress {
    char at[LESSON_NAME]; /* the step; "": none yet */
    bool finished;
    struct {
        char step[LESSON_NAME];
        bool right;
    } answer[STEPS_MAX]; /* the first one to each question */
    unsigned answers;
};

void progress_read(struct progress *p, const char *lesson);
void progress_write(const struct progress *p, const char *lesson);
void progress_answer(struct progress *p, const char *step, bool right);
unsigned progress_right(const struct progress *p);

#endif
