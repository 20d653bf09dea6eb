/* SPDX-License-Identifier: MIT */
/* Children: something is done in a process of its own, and how that ended is what one wants to know. */
#include "guests/bantam/user/libc/libc.h"

int spawn(void (*body)(void *), void *argument)
{
    const int pid = fork();

    if (pid == 0) {
        body(argument);
        exit(0);
    }
    return pid;
}

/* Others that end meanwhile, orphans that came to us for instance, are forgotten. */
int wait_for(int pid)
{
    int status, ended;

    do
        ended = wait(&status);
    while (ended >= 0 && ended != pid);
    return ended < 0 ? ended : status;
}

int run_child(void (*body)(void *), void *argument)
{
    const int pid = spawn(body, argument);

    return pid < 0 ? pid : wait_for(pid);
}

struct program {
    const char *path;
    char *const *argv;
};

static void become(void *argument)
{
    const struct program *p = argument;

    exec(p->path, p->argv);
    exit(127);
}

int run_program(const char *path, char *const argv[])
{
    return run_child(become, &(struct program){path, argv});
}
