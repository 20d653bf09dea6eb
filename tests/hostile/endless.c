/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * Messages without end, each with its answer.
 */
enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    char byte;

    while (t->duty == LAB_CLI)
        (void)lab_read(lab, 0x100000, &byte, 1);
    return honest(lab, t);
}
