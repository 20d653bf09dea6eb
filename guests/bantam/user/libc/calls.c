/* SPDX-License-Identifier: MIT */
/* The system calls as C functions. What they do is said once, in abi.h. */
#include "guests/bantam/user/libc/libc.h"

#define CALL_0(name)                                                                                                   \
    int name(void)                                                                                                     \
    {                                                                                                                  \
        return system_call(SYS_##name);                                                                                \
    }
#define CALL_1(name, A)                                                                                                \
    int name(A a)                                                                                                      \
    {                                                                                                                  \
        return system_call(SYS_##name, a);                                                                             \
    }
#define CALL_2(name, A, B)                                                                                             \
    int name(A a, B b)                                                                                                 \
    {                                                                                                                  \
        return system_call(SYS_##name, a, b);                                                                          \
    }
#define CALL_3(name, A, B, C)                                                                                          \
    int name(A a, B b, C c)                                                                                            \
    {                                                                                                                  \
        return system_call(SYS_##name, a, b, c);                                                                       \
    }

typedef const char *path_t;
typedef char *const *argv_t;

CALL_0(fork)
CALL_2(exec, path_t, argv_t)
CALL_1(wait, int *)
CALL_0(getpid)
CALL_0(yield)
CALL_1(sleep, unsigned)
CALL_3(read, int, void *, size_t)
CALL_3(write, int, const void *, size_t)
CALL_2(open, path_t, int)
CALL_1(close, int)
CALL_1(pipe, int *)
CALL_2(dup, int, int)
CALL_2(munmap, void *, size_t)
CALL_1(kill, int)
CALL_0(uptime)
CALL_1(counters, struct counters *)
CALL_2(seek, int, unsigned)
CALL_2(stat, path_t, struct stat *)
CALL_1(unlink, path_t)
CALL_1(mkdir, path_t)
CALL_0(sync)
CALL_2(processes, struct process_info *, int)
CALL_1(chdir, path_t)
CALL_1(foreground, int)

void *sbrk(int bytes)
{
    return (void *)system_call(SYS_sbrk, bytes);
}

void *mmap(size_t bytes)
{
    return (void *)system_call(SYS_mmap, bytes);
}

uint64_t clock(void)
{
    uint64_t cycles = 0;

    system_call(SYS_clock, &cycles);
    return cycles;
}

void exit(int status)
{
    for (;;)
        system_call(SYS_exit, status);
}
