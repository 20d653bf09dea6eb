/* SPDX-License-Identifier: MIT */
/* `ringside lesson check`: everything that a lesson says of the machine, held against the machine. */
#ifndef UI_LESSON_CHECK_H
#define UI_LESSON_CHECK_H

struct options;

/* One line on standard output for each failure, and one for the lesson. 0, or 1: something failed. */
int lesson_check(const char *word, const struct options *said);

#endif
