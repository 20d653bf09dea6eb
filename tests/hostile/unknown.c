/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * Messages of no known kind, with wild fields.
 */
#include <sys/socket.h>

static void tamper(void)
{
    struct lab_call c = {.what = 0xdeadbeef, .a = ~0u, .b = ~0u, .value = ~0u};

    (void)send(3, &c, sizeof c, 0);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
