/* SPDX-License-Identifier: MIT */
/* One submission, from its text to its score: compiled, and run against each test, sandboxed. */
#ifndef GRADE_ASSESS_H
#define GRADE_ASSESS_H

struct course;
struct sandbox;
struct score;
struct submission;

/*
 * `dir`: an empty folder of our own, for this job alone; the caller removes it. `slot`: which of the jobs that run at the
 * same time.
 */
void assess(const struct course *c, const struct sandbox *s, const struct submission *sub, const char *dir,
            unsigned slot, struct score *score);

#endif
