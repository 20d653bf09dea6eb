/* SPDX-License-Identifier: MIT */
/* A class's results, in the forms that people and other programs read. */
#ifndef GRADE_REPORT_H
#define GRADE_REPORT_H

#include <stdbool.h>
#include <stdio.h>

struct course;
struct entry;
struct roster;
struct student;

struct result {
    const struct entry *entry;
    const struct student *student; /* NULL: none, or no roster */
};

struct results {
    const struct course *course;
    const char *sandbox; /* the tier */
    const struct result *result;
    unsigned count;
    const struct roster *roster; /* NULL: none was given */
};

/* One format: its name, and how it is written. 0, or -1: the output could not be written. */
struct report_format {
    const char *name;
    int (*write)(FILE *f, const struct results *r);
};

/* text, json, gradescope, junit; ended by one without a name. */
extern const struct report_format report_formats[];

int report_text(FILE *f, const struct results *r);
int report_json(FILE *f, const struct results *r);
int report_gradescope(FILE *f, const struct results *r);
int report_junit(FILE *f, const struct results *r);

#endif
