/* SPDX-License-Identifier: MIT */
#ifndef UI_LESSON_PRINT_H
#define UI_LESSON_PRINT_H

struct options;

/* The whole lesson on standard output. An exit status. */
int lesson_print(const char *word, const struct options *said);

#endif
