/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * It stops itself: it neither sleeps nor computes.
 */
#include <signal.h>

static void tamper(void)
{
    (void)raise(SIGSTOP);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
