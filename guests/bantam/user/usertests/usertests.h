/* SPDX-License-Identifier: MIT */
/*
 * usertests: what programs do wrong never takes the kernel down. Each attempt is made in a child of its own; how that ends is
 * compared with how it has to end, and in the end no page of memory may be missing.
 */
#ifndef BANTAM_USERTESTS_H
#define BANTAM_USERTESTS_H

#include "guests/bantam/user/libc/libc.h"

/* Ended by the processor's exception of that vector. */
#define BY(vector) (W_KILLED | (vector))
enum { DE = 0, DB = 1, BP = 3, OF = 4, BR = 5, UD = 6, NM = 7, GP = 13, PF = 14 };

/* One attempt: says so when the child ends in another way than with `status`. */
void attempt(const char *what, void (*body)(void *), void *argument, int status);
/* Of the kernel's answer to a call, in a child: exits with 0 where it is the right one. */
void answers(int is, int should);

void test_instructions(void);
void test_interrupts(void);
void test_pointers(void);
void test_memory(void);
void test_processes(void);
void test_files(void);
void test_programs(void);
void test_random(void);

#endif
