/* SPDX-License-Identifier: MIT */
/* loses: all
 * An endless loop before main().
 */
__attribute__((constructor)) static void tamper(void)
{
    for (;;)
        ;
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    return honest(lab, t);
}
