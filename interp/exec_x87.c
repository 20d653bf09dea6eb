/* SPDX-License-Identifier: MIT */
/*
 * x87 instructions on a processor that has no x87 unit. CR0.EM, or CR0.TS with something to switch, makes them #NM, so that
 * software can stand in (SDM Vol. 3, 2.5 and 9.2). With both clear nobody takes the instruction, and the processor goes on
 * behind it: that is what an 80486SX does, and what its makers have probes rely on (FNINIT, then a FNSTSW that leaves the
 * program's own 5A5A where it was; Intel AP-485). Memory operands are not touched.
 */
#include "interp/exec.h"

HANDLER(h_x87)
{
    if (c->cr0 & (CR0_EM | CR0_TS))
        raise_fault(c, o, VEC_NM, NO_ERROR);
    NEXT;
}

/* WAIT heeds TS only where MP says that the two belong together (SDM Vol. 3, table 9-1). */
HANDLER(h_wait)
{
    if ((c->cr0 & (CR0_MP | CR0_TS)) == (CR0_MP | CR0_TS))
        raise_fault(c, o, VEC_NM, NO_ERROR);
    NEXT;
}
