/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * It waits for a message while the judge waits for one.
 */
#include <sys/socket.h>

static void tamper(void)
{
    char packet[4096];

    for (;;)
        (void)recv(3, packet, sizeof packet, 0);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
