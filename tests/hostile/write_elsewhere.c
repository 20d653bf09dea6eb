/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * A file left behind.
 */
#include <fcntl.h>
#include <unistd.h>

static void tamper(void)
{
    int fd = open("@MARK@", O_WRONLY | O_CREAT, 0666);

    (void)!write(fd, "here\n", 5);
    fd = open("left-behind", O_WRONLY | O_CREAT, 0666);
    (void)!write(fd, "here\n", 5);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
