/* SPDX-License-Identifier: MIT */
/* lab.json: what a lab is. Its form is labs/lab.schema.json; anything else is refused, with the place of the mistake. */
#ifndef GRADE_MANIFEST_H
#define GRADE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PARTS_MAX = 32, TESTS_MAX = 16, NAME_ROOM = 48 };

struct lab_text {
    const char *en, *zh;
};

struct lab_test {
    char guest[NAME_ROOM]; /* "public/flags" */
    unsigned points;
    uint32_t seed;
    uint64_t cycles; /* budget */
    bool hidden;
};

struct lab_part {
    char name[NAME_ROOM];
    struct lab_text title;
    unsigned points;
    uint32_t duties; /* bits of enum lab_duty */
    struct lab_test test[TESTS_MAX];
    unsigned tests;
};

struct cJSON;

struct manifest {
    unsigned number;
    char name[NAME_ROOM];
    struct lab_text title;
    unsigned minutes;
    char file[NAME_ROOM]; /* that students write */
    char technique[NAME_ROOM];
    bool virtualizable;
    uint64_t mem;
    unsigned points, floor;
    struct lab_part part[PARTS_MAX];
    unsigned parts;
    struct cJSON *root; /* owns the texts */
};

/* 0, or -1 and one line in `error`, which does not name the file. */
int manifest_parse(struct manifest *m, const char *text, size_t n, char *error, size_t room);
void manifest_free(struct manifest *m);
/* Objectives ("objectives") or prerequisites, the i-th in "en" or "zh"; NULL behind the last. */
const char *manifest_line(const struct manifest *m, const char *list, const char *lang, unsigned i);

#endif
