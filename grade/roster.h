/* SPDX-License-Identifier: MIT */
/*
 * The class: lines of "number,name,class" (commas, semicolons or tabs; quotes as in CSV; UTF-8 or GB 18030), and who of
 * them handed in what. A submission is a student's whose number is a word of its file name.
 */
#ifndef GRADE_ROSTER_H
#define GRADE_ROSTER_H

#include <stddef.h>

enum { STUDENT_ROOM = 64 };

struct student {
    char number[STUDENT_ROOM], name[STUDENT_ROOM], class[STUDENT_ROOM];
    unsigned submissions;
};

struct roster {
    struct student *student;
    size_t count;
};

/* 0, or -1 and one line in `error`. */
int roster_read(struct roster *r, const char *path, char *error, size_t room);
int roster_parse(struct roster *r, const char *text, size_t n, char *error, size_t room);
void roster_free(struct roster *r);
/* Whose is a submission of this name? Counts it; NULL: nobody's. */
struct student *roster_match(struct roster *r, const char *name);

#endif
