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

/* Where there is no memory or no process left for a shell, others have them: the next that ends makes room. */
int main(void)
{
    for (;;) {
        int pid = spawn(shell, NULL);

        if (pid < 0 && wait(NULL) < 0)
            sleep(HZ);
        else if (pid >= 0 && wait_for(pid) != 0)
            puts("init: the shell ended; here is another");
    }
}
