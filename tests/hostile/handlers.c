/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * long: An endless loop that takes every signal.
 */
#include <signal.h>

static void nothing(int s)
{
    (void)s;
}

static void tamper(void)
{
    for (int s = 1; s < 65; s++)
        (void)signal(s, nothing);
    for (;;)
        ;
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
