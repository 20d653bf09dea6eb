/* SPDX-License-Identifier: MIT */
/*
 * selftest: each system call does what abi.h says, and so does what stands behind them. A case is a function that comes back
 * when all was well; CHECK() ends the program at the first thing that was not.
 */
#ifndef BANTAM_SELFTEST_H
#define BANTAM_SELFTEST_H

#include "guests/bantam/user/libc/libc.h"

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            die("selftest: FAILED: %s:%d: %s", __FILE__, __LINE__, #condition);                                        \
    } while (0)

/* A case for each system call, by its name in abi.h. */
#define SYSCALL(number, name, arguments, doc) void test_##name(void);
SYSCALLS
#undef SYSCALL

/* And those that are about more than one call. */
void test_copy_on_write(void);
void test_demand_zero(void);
void test_preemption(void);
void test_faults(void);
void test_orphans(void);
void test_shell(void);
void test_disk(void);
void test_library(void);

#endif
