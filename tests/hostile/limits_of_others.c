/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * The limits of other processes of the same user.
 */
#define _GNU_SOURCE
#include <sys/resource.h>

static void tamper(void)
{
    const struct rlimit none = {0, 0};

    for (int pid = 1; pid < 100000; pid++)
        (void)prlimit(pid, RLIMIT_NOFILE, &none, 0);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
