/* SPDX-License-Identifier: MIT */
/* Processes without end, and calls that make no sense. */
#include "guests/bantam/user/usertests/usertests.h"

/* Each child goes on forking as its parent does, until there is no more room; all wait for theirs. */
static void bomb(void *unused)
{
    int pid;

    (void)unused;
    do
        pid = fork();
    while (pid >= 0);
    if (pid != E_AGAIN && pid != E_NOMEM)
        exit(1);
    while (wait(NULL) >= 0)
        ;
    exit(0);
}

static void unwaited(void *unused)
{
    (void)unused;
    for (int i = 0; i < 20; i++)
        if (fork() == 0)
            exit(0);
    exit(0); /* those who come after have to be waited for by somebody */
}

static void kills_itself(void *unused)
{
    (void)unused;
    kill(getpid());
    exit(0);
}

static void kills_the_first(void *unused)
{
    (void)unused;
    answers(kill(1), E_PERM);
}

static void no_such_call(void *number)
{
    answers(system_call(*(unsigned *)number, 1, 2, 3, 4, 5), E_NOSYS);
}

static void too_many_arguments(void *unused)
{
    static char *argv[ARGS_MAX + 2];

    (void)unused;
    for (int i = 0; i <= ARGS_MAX; i++)
        argv[i] = "x";
    answers(exec(PROGRAMS "true", argv), E_TOOBIG);
}

static void too_long_arguments(void *unused)
{
    static char text[ARGS_BYTES + 1];

    (void)unused;
    memset(text, 'x', ARGS_BYTES);
    answers(exec(PROGRAMS "true", (char *[]){text, NULL}), E_TOOBIG);
}

static void no_arguments(void *unused)
{
    (void)unused;
    exec(PROGRAMS "true", (char *[]){NULL});
    exit(1);
}

void test_processes(void)
{
    static const unsigned numbers[] = {SYSCALL_COUNT, 0x7fffffff, 0x80000000, 0xffffffff};

    attempt("fork bomb", bomb, NULL, 0);
    attempt("children that nobody waits for", unwaited, NULL, 0);
    attempt("kill(getpid())", kills_itself, NULL, W_KILLED | W_KILL);
    attempt("kill(1)", kills_the_first, NULL, 0);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        attempt("no such call", no_such_call, (void *)&numbers[i], 0);
    attempt("too many arguments", too_many_arguments, NULL, 0);
    attempt("too long arguments", too_long_arguments, NULL, 0);
    attempt("no arguments", no_arguments, NULL, 0);
}
