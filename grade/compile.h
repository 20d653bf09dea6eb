/* SPDX-License-Identifier: MIT */
/* The submission's text becomes a program: the worker, linked with it, in a job's folder. */
#ifndef GRADE_COMPILE_H
#define GRADE_COMPILE_H

#include <stddef.h>

struct course;
struct sandbox;
struct submission;

enum compiled { COMPILED, COMPILE_REFUSED, COMPILE_FAULT };

/* REFUSED: the compiler did not want it; its words are in `said`. FAULT: of the grader. */
enum compiled compile(const struct course *c, const struct sandbox *s, const struct submission *sub, const char *dir,
                      unsigned slot, char *said, size_t room);

#endif
