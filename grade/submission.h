/* SPDX-License-Identifier: MIT */
/*
 * What a student handed in: a C file, or a folder with one in it. Only a regular file is read, never a link; a byte-order
 * mark and carriage returns are dropped; names may be in any encoding.
 */
#ifndef GRADE_SUBMISSION_H
#define GRADE_SUBMISSION_H

#include <stdbool.h>
#include <stddef.h>

enum { SUBMISSION_MAX = 1 << 20, SUBMISSION_NAME = 512 };

struct submission {
    const char *path;           /* as it was given */
    char name[SUBMISSION_NAME]; /* its last part, as UTF-8 that can be printed */
    char *text;                 /* NULL: it cannot be read, and `problem` says why */
    size_t size;
    char problem[200];
};

/* `file`: the name that the lab asks for. What is wrong with it is the student's loss, not an error. */
void submission_read(struct submission *s, const char *path, const char *file);
void submission_free(struct submission *s);
/* Only the name; for lists. */
void submission_name(const char *path, char name[SUBMISSION_NAME]);
bool submission_is_utf8(const char *bytes, size_t n);
/* Text of any encoding as UTF-8 without control characters: UTF-8 as it is, else from GB 18030, else with '?'. */
void submission_utf8(const char *bytes, size_t n, char *out, size_t room);

#endif
