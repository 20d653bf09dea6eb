/* SPDX-License-Identifier: MIT */
/* What a submission got: by tests, which add up to parts, which add up to the whole. */
#ifndef GRADE_SCORE_H
#define GRADE_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "grade/manifest.h"
#include "grade/submission.h"

enum { WHY_ROOM = 400, PROBLEM_ROOM = 1500 };

struct test_score {
    bool run, passed;
    bool differs; /* came apart from a true machine at instruction `tick` */
    uint64_t tick;
    char why[WHY_ROOM]; /* not passed: why */
};

struct score {
    char submission[SUBMISSION_NAME];
    bool fault;                 /* of the grader: no score */
    char problem[PROBLEM_ROOM]; /* nothing could be run: why; empty: all was */
    char sandbox[80];
    struct test_score test[PARTS_MAX][TESTS_MAX];
};

/* Points of a part, of all; hidden tests that were not run count in neither. */
void score_part(const struct manifest *m, const struct score *s, unsigned part, unsigned *got, unsigned *max);
void score_total(const struct manifest *m, const struct score *s, unsigned *got, unsigned *max);
/* The first reason for which the part lost points; "" if none. */
const char *score_why(const struct manifest *m, const struct score *s, unsigned part);

/* As JSON, for the store. score_parse(): false if that is not one of this lab's. */
char *score_print(const struct manifest *m, const struct score *s);
bool score_parse(const struct manifest *m, struct score *s, const char *text, size_t n);

#endif
