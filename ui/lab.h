/* SPDX-License-Identifier: MIT */
/* The parts of `ringside lab`. */
#ifndef UI_LAB_H
#define UI_LAB_H

#include "ui/course.h"

struct options;
struct submission;

/* In a student's folder: which lab it is for. */
#define LAB_MARK ".ringside-lab"

/* A student's folder, its lab and its file, opened; or an exit status after one line on standard error. */
struct handiwork {
    struct places places;
    struct course course;
    const char *folder;
    char file[FOLDER_ROOM];
};

int handiwork_open(struct handiwork *h, const struct options *o);
void handiwork_close(struct handiwork *h);

int lab_test(const struct options *o);

#endif
