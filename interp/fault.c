/* SPDX-License-Identifier: MIT */
#include "interp/fault.h"

#include "interp/exec.h"
#include "interp/machine.h"

void raise_fault(struct cpu *c, const struct op *o, unsigned vector, uint32_t error)
{
    if (o)
        begin(c, o);
    c->running = NULL;
    /* EXT: the event in whose delivery this happened did not come from the program (SDM Vol. 3, 6.13). */
    if (c->delivering && c->external && vector != VEC_PF && vector != VEC_DF)
        error |= 1;
    c->fault_vector = (uint8_t)vector;
    c->fault_error = error;
    longjmp(*c->unwind, 1);
}

void raise_pf(struct cpu *c, const struct op *o, uint32_t lin, uint32_t error)
{
    c->cr2 = lin;
    raise_fault(c, o, VEC_PF, error);
}
