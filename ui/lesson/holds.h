/* SPDX-License-Identifier: MIT */
/* What must hold in a phase of a step, and what a question's answer is: read off the machine. */
#ifndef UI_LESSON_HOLDS_H
#define UI_LESSON_HOLDS_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/lesson/lesson.h"

struct debugger;

/* Calls `failed` for each assertion that does not hold, with what was found. Returns how many there are. */
unsigned holds_check(const struct debugger *d, const struct step *s, enum phase p,
                     void (*failed)(void *ctx, const char *assertion, const char *found), void *ctx);

/* An answer: a choice's key, or a value. */
struct answer {
    char choice[LESSON_NAME];
    int64_t value;
};

/* In phase BEFORE: the instructions to point at. 0, or -1 with one line in `error`. */
enum { POINTS_MAX = 9 };
struct points {
    uint32_t at[POINTS_MAX];
    unsigned count;
};
int question_points(const struct debugger *d, const struct step *s, struct points *p, char *error, size_t room);
/* In phase BEFORE: what a student typed. */
int question_read(const struct debugger *d, const struct step *s, const struct points *p, const char *typed,
                  struct answer *a, char *error, size_t room);
/* In phase AFTER: the truth. */
int question_truth(const struct debugger *d, const struct step *s, struct answer *a, char *error, size_t room);
bool question_right(const struct step *s, const struct answer *said, const struct answer *truth);

#endif
