/* SPDX-License-Identifier: MIT */
/* Lab 2, a wrong solution: all is left to the monitor. */
#include "ringside_lab.h"

enum lab_next lab_on_trap(struct lab *lab, const struct lab_trap *t)
{
    (void)lab;
    (void)t;
    return LAB_DEFER;
}
