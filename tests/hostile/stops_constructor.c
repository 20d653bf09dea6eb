/* SPDX-License-Identifier: MIT */
/* loses: all
 * It stops itself before main().
 */
#include <signal.h>

__attribute__((constructor)) static void tamper(void)
{
    (void)raise(SIGSTOP);
}

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    return honest(lab, t);
}
