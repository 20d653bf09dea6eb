/* SPDX-License-Identifier: MIT */
/*
 * Where scores are kept until all are there. Each is one file, named by a digest of everything that it depends on, and
 * appears at once: a grader that was killed finds what it had, and nothing half done.
 *
 *      DIR/scores/DIGEST.json     a score
 *      DIR/work/PID/              the jobs of a grader that runs; what a killed one left is cleared away
 */
#ifndef GRADE_STORE_H
#define GRADE_STORE_H

#include <stdbool.h>

#include "grade/folder.h"

struct course;
struct sandbox;
struct score;
struct submission;

struct store {
    char scores[FOLDER_ROOM], work[FOLDER_ROOM]; /* work: this grader's own */
    int lock;
};

/* 0, or -1 with errno. */
int store_open(struct store *s, const char *dir);
/* The grader's own folder goes, the scores stay. */
void store_close(struct store *s);

/* The name of a submission's score. `course`: course_digest(). */
void store_key(const char *course, const struct sandbox *s, const struct submission *sub, char key[33]);
bool store_get(const struct store *s, const struct course *c, const char *key, struct score *score);
int store_put(const struct store *s, const struct course *c, const char *key, const struct score *score);

#endif
