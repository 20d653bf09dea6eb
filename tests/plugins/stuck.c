/* SPDX-License-Identifier: MIT */
/* A monitor that emulates MOV to CR3 as it should, but for one thing: it forgets to go on to the next instruction. */
#include "labs/include/ringside_lab.h"

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    if (t->duty != LAB_MOV_TO_CR || t->cr != 3)
        return LAB_DEFER;
    (void)lab_set(lab, LAB_CR3, lab_get(lab, (enum lab_reg)t->reg));
    return LAB_DONE;
}
