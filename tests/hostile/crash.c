/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * It crashes.
 */
static void tamper(void)
{
    *(volatile int *)8 = 1;
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
