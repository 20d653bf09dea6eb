/* SPDX-License-Identifier: MIT */
/*
 * The judge: one guest, twice. One machine belongs to the student's monitor, the other is interpreted (`emulate`), which is
 * right by definition. After each trap that the student handled, both stand at the same instruction, and are compared.
 * Both machines are the judge's; the student's process is only asked (vmm/seam.h).
 */
#ifndef GRADE_JUDGE_H
#define GRADE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lab_part;
struct lab_test;
struct manifest;
struct seam;

/* A test, and its guest's image. */
struct trial {
    const struct manifest *lab;
    const struct lab_part *part;
    const struct lab_test *test;
    const uint8_t *image;
    size_t size;
};

struct verdict {
    bool passed;
    bool fault;   /* of the grader: the test could not be run */
    bool differs; /* the student's machine and a true one came apart at instruction `tick` */
    uint64_t tick;
    char text[400]; /* why not passed, for people */
};

/* `seam` has been set up by its back end; its duties, `after` and `ctx` become the judge's. */
void judge(const struct trial *t, struct seam *seam, struct verdict *v);

#endif
