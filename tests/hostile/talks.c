/* SPDX-License-Identifier: MIT */
/* loses: all
 * Right, but with hundreds of calls a trap. How many are too many must not depend on how fast the host is.
 */
enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    for (int i = 0; i < 500; i++)
        (void)lab_set(lab, LAB_EAX, lab_get(lab, LAB_EAX));
    return honest(lab, t);
}
