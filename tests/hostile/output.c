/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * Four gigabytes of output.
 */
#include <unistd.h>

static void tamper(void)
{
    static char block[65536];

    for (unsigned i = 0; i < 65536; i++)
        (void)!write(1, block, sizeof block);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
