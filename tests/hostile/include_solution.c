/* SPDX-License-Identifier: MIT */
/* loses: all
 * The solution, through the preprocessor.
 */
#define lab_on_trap leaked
#include "@ROOT@/labs/02-trap-and-emulate/skeleton/monitor.c"
#undef lab_on_trap

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    return honest(lab, t);
}
