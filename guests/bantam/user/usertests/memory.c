/* SPDX-License-Identifier: MIT */
/* Memory: too much of it, the wrong one, all of it. */
#include "guests/bantam/user/usertests/usertests.h"

enum { PAGE = 4096 };

static void overflows(void *unused)
{
    volatile char here = 0, *at = &here;

    (void)unused;
    for (;; at -= 1024)
        *at = here;
}

static void touches(void *at)
{
    *(volatile char *)at = 1;
    exit(0);
}

static void touches_unmapped(void *unused)
{
    char *at = mmap(PAGE);

    (void)unused;
    *at = 1;
    munmap(at, PAGE);
    touches(at);
}

static void touches_freed_heap(void *unused)
{
    char *at = sbrk(2 * PAGE);

    (void)unused;
    at[PAGE] = 1;
    sbrk(-2 * PAGE);
    touches(at + PAGE);
}

static void takes_all(void *unused)
{
    (void)unused;
    for (;;) {
        char *at = mmap(64 * PAGE);

        for (int i = 0; i < 64; i++)
            at[i * PAGE] = 1;
    }
}

/* All that is left, and then calls that need some. */
static void calls_without_memory(void *unused)
{
    struct counters c;
    char *at = mmap(1u << 28);
    int fd[2];

    (void)unused;
    must(counters(&c), "counters");
    for (uint32_t i = 0; i + 20 < c.pages_free && i < (1u << 28) / PAGE; i++) {
        at[i * PAGE] = 1;
        if (i % 256 == 0)
            must(counters(&c), "counters"), c.pages_free += i;
    }
    for (int i = 0; i < 16; i++) { /* none of these may do harm; some succeed */
        int pid = fork();

        if (pid == 0)
            exit(0);
        if (pid < 0 && pid != E_NOMEM)
            exit(1);
        if (pid > 0)
            wait_for(pid);
        if (pipe(fd) < 0)
            break;
    }
    exec(PROGRAMS "true", (char *[]){"true", NULL}); /* there may be memory enough for it */
    exit(0);
}

static void many_regions(void *unused)
{
    char *at[100];
    int n = 0;

    (void)unused;
    for (; n < 100 && !failed(at[n] = mmap(3 * PAGE)); n++)
        ;
    for (int i = 0; i < n; i++) /* each leaves a hole */
        munmap(at[i] + PAGE, PAGE);
    exit(0);
}

void test_memory(void)
{
    attempt("the stack overflows", overflows, NULL, BY(PF));
    attempt("below the stack", touches, (void *)(USER_END - STACK_BYTES - 1), BY(PF));
    attempt("what was given back", touches_unmapped, NULL, BY(PF));
    attempt("the heap that was", touches_freed_heap, NULL, BY(PF));
    attempt("more regions than there are", many_regions, NULL, 0);
    attempt("all memory", takes_all, NULL, BY(PF));
    attempt("calls without memory", calls_without_memory, NULL, 0);
}
