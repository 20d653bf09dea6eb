/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * Messages of the wrong size.
 */
#include <sys/socket.h>

static void tamper(void)
{
    static char junk[100000];

    for (unsigned n = 1; n < sizeof junk; n = 3 * n + 1)
        (void)send(3, junk, n, 0);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
