/* SPDX-License-Identifier: MIT */
/* The machine of a lesson: from a step to the state that its text speaks of. */
#ifndef UI_LESSON_STAGE_H
#define UI_LESSON_STAGE_H

#include <stddef.h>

#include "ui/lesson/lesson.h"
#include "ui/place.h"

struct debugger;
struct options;
struct shell;

/*
 * `said`: the user's options. Its --cpu overrides every step's, its --mode those that are `trap`: so a lesson can be played
 * on one's own monitor.
 */
struct stage {
    const struct lesson *lesson;
    const struct options *said;
    struct debugger *d;
    struct shell *sh;      /* over d */
    char path[PLACE_ROOM]; /* of the guest */
};

/* The machine of a step that has one, at its first instruction. 0, or -1 with one line in `error`. */
int stage_open(struct stage *g, const struct step *s, char *error, size_t room);
/* Runs the commands of one phase. 0, or -1: the first that went wrong. */
int stage_run(struct stage *g, const struct step *s, enum phase p, char *error, size_t room);
/* All of it: from the last machine before to this phase of step `n`, whatever was done in between. */
int stage_enter(struct stage *g, unsigned n, enum phase p, char *error, size_t room);

#endif
