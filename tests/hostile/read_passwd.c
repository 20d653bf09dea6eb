/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * A file of the system.
 */
#include <stdio.h>

static void tamper(void)
{
    FILE *f = fopen("/etc/passwd", "r");

    if (f)
        fclose(f);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
