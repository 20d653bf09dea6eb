/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * Ten gigabytes.
 */
#include <stdlib.h>

static void tamper(void)
{
    volatile char *p = malloc(10ull << 30);

    for (size_t i = 0; i < 10ull << 30; i += 4096)
        p[i] = 1;
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
