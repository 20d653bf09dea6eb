/* SPDX-License-Identifier: MIT */
/* ps: the processes. */
#include "guests/bantam/user/libc/libc.h"

int main(void)
{
    static struct process_info p[64];
    static const char *const states[] = {"-", "ready", "running", "waiting", "ended"};
    const int n = must(processes(p, 64), "ps");

    puts("  PID PARENT STATE   PAGES  TICKS NAME");
    for (int i = 0; i < n && i < 64; i++)
        printf("%5d %6d %-7s %5u %6u %s\n", p[i].pid, p[i].parent, p[i].state < 5 ? states[p[i].state] : "?",
               p[i].pages, p[i].ticks, p[i].name);
    return 0;
}
