/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * The network.
 */
#include <arpa/inet.h>
#include <sys/socket.h>

static void tamper(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    int s = socket(AF_INET, SOCK_STREAM, 0);

    (void)connect(s, (struct sockaddr *)&to, sizeof to);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
