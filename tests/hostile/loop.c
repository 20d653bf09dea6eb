/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * An endless loop.
 */
static void tamper(void)
{
    for (;;)
        ;
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
