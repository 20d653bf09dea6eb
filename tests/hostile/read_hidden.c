/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * The hidden tests.
 */
#include <fcntl.h>

static void tamper(void)
{
    (void)open("@ROOT@/labs/02-trap-and-emulate/tests/hidden/flags.asm", O_RDONLY);
    (void)open("@ROOT@/build/labs/02-trap-and-emulate/tests/hidden/flags.elf", O_RDONLY);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
