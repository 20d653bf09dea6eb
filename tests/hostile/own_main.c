/* SPDX-License-Identifier: MIT */
/* loses: all
 * A main() of its own.
 */
#include <stdio.h>

int main(void)
{
    puts("{\"results\":[]}");
    return 0;
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    return honest(lab, t);
}
