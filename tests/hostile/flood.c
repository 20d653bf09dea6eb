/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * Messages without end, and nobody reads the answers.
 */
#include <sys/socket.h>

static void tamper(void)
{
    struct lab_call c = {.what = LAB_READ, .a = 0x100000, .b = 1};

    for (;;)
        (void)send(3, &c, sizeof c, MSG_DONTWAIT);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
