/* SPDX-License-Identifier: MIT */
/* forkbomb: every process forks as often as it can, until the time is over. Each waits for its own, so that all end. */
#include "guests/bantam/user/libc/libc.h"

int main(int argc, char **argv)
{
    unsigned ticks = 20;
    const struct option table[] = {{"--ticks", &ticks, NULL, "how long"}, {0}};
    struct counters before, after;
    int first, end, pid = 0;

    options(argc, argv, "processes made", table);
    must(counters(&before), "counters");
    first = getpid();
    end = uptime() + (int)ticks;
    while (uptime() < end) {
        pid = fork();
        if (pid < 0)
            yield();
    }
    while (wait(NULL) >= 0)
        ;
    if (getpid() != first)
        return 0;
    must(counters(&after), "counters");
    result("forkbomb", after.forks - before.forks, 1, "processes", NULL);
    return 0;
}
