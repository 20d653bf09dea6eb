/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * Two answers to one trap, and a call between them.
 */
#include <sys/socket.h>

static void tamper(void)
{
    struct lab_call done = {.what = LAB_SAY_NEXT, .a = LAB_DONE}, set = {.what = LAB_SET, .a = LAB_EAX, .b = 1};

    (void)send(3, &done, sizeof done, 0);
    (void)send(3, &set, sizeof set, 0);
    (void)send(3, &done, sizeof done, 0);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
