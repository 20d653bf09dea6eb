/* SPDX-License-Identifier: MIT */
/* The lab's solution, and page faults on top: hidden ones are answered with lab_map(), true ones injected. */
#define lab_on_trap solution_on_trap
#include "labs/02-trap-and-emulate/solution/monitor.c"
#undef lab_on_trap

enum { ERROR_WRITE = 2 };

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty != LAB_PAGE_FAULT)
        return solution_on_trap(lab, t);
    return lab_map(lab, t->cr2, t->error & ERROR_WRITE) ? lab_inject_fault(lab) : LAB_DONE;
}
