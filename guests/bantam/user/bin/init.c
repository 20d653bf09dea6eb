/* SPDX-License-Identifier: MIT */
/* init: process 1 where the kernel was told of no other. Starts a shell again whenever it ends, and waits for orphans. */
#include "guests/bantam/user/libc/libc.h"

static void shell(void *unused)
{
    char *const argv[] = {"sh", NULL};

    (void)unused;
    exec(PROGRAMS "sh", argv);
    die("init: " PROGRAMS "sh cannot be run");
}

int main(void)
{
    for (;;)
        if (wait_for(must(spawn(shell, NULL), "init")) != 0)
            puts("init: the shell ended; here is another");
}
