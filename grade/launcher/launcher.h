/* SPDX-License-Identifier: MIT */
/*
 * The launcher: a small program that gives up what a student's code must not have, then becomes the compiler or the
 * student's program. What only Linux has stands in files.c and calls.c; where a part is not to be had, it says so.
 */
#ifndef GRADE_LAUNCHER_LAUNCHER_H
#define GRADE_LAUNCHER_LAUNCHER_H

#include <stdbool.h>

enum profile { PROFILE_COMPILE, PROFILE_RUN };

/* The program that a judged process is, in its folder. */
#define WORKER "worker"

/* Files (Landlock): the current folder and what a compiler needs; or the worker alone. 0, or -1. */
int files_confine(enum profile p);
bool files_can(void);
/* System calls (seccomp). 0, or -1. */
int calls_confine(enum profile p);
bool calls_can(void);

#endif
