/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * long: An endless loop on the way out.
 */
#include <stdlib.h>

static void forever(void)
{
    for (;;)
        ;
}

static void tamper(void)
{
    atexit(forever);
    exit(0);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
