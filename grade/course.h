/* SPDX-License-Identifier: MIT */
/* The labs that there are, and one of them with all that grading it needs. */
#ifndef GRADE_COURSE_H
#define GRADE_COURSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "grade/folder.h"
#include "grade/manifest.h"

/* Where things are: found by the face, which knows where the program lies. */
struct places {
    char labs[FOLDER_ROOM];     /* labs/: manifests, skeletons, headers, the worker's source */
    char built[FOLDER_ROOM];    /* build/labs/: the guests */
    char launcher[FOLDER_ROOM]; /* the sandbox's */
};

struct guest_image {
    uint8_t *bytes; /* NULL: not here */
    size_t size;
};

struct course {
    const struct places *places;
    char folder[NAME_ROOM + 8]; /* "02-trap-and-emulate" */
    struct manifest lab;
    struct guest_image image[PARTS_MAX][TESTS_MAX];
};

enum { COURSES_MAX = 99 };

/* The names of the labs' folders, in order. Returns how many. */
unsigned course_list(const struct places *p, char folder[COURSES_MAX][NAME_ROOM + 8]);
/* `which`: a number, or a folder's name. `hidden`: the hidden guests must be there too. 0, or -1 and `error`. */
int course_open(struct course *c, const struct places *p, const char *which, bool hidden, char *error, size_t room);
void course_close(struct course *c);
/* Of everything that a score depends on, besides the submission and the sandbox. */
void course_digest(const struct course *c, const char *program, char hex[33]);

#endif
