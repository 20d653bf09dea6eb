/* SPDX-License-Identifier: MIT */
/* Where labs lie, in which language their texts are read, and where a user's scores are kept: what lab and grade share. */
#ifndef UI_COURSE_H
#define UI_COURSE_H

#include "grade/course.h"

/* 0, or an exit status after one line on standard error. */
int places_find(struct places *p);
/* The text in the language of the messages. */
const char *text_of(const struct lab_text *t);
const char *language(void); /* "en" or "zh" */
/* The program's own file; "ringside" where the system does not say. */
void program_file(char path[FOLDER_ROOM]);

#endif
