/* SPDX-License-Identifier: MIT */
#include "interp/fault.h"

#include "interp/exec.h"
#include "interp/machine.h"
#include "interp/vmx_event.h"

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
    longjmp(*c->unwind, UNWIND_FAULT);
}

void raise_pf(struct cpu *c, const struct op *o, uint32_t lin, uint32_t error)
{
    c->fault_detail = lin;
    if (!vmx_intercepts(c, VEC_PF, error)) /* a host that takes it leaves the guest's CR2 alone (SDM Vol. 3, 27.1) */
        c->cr2 = lin;
    raise_fault(c, o, VEC_PF, error);
}

noreturn void vmx_exit(struct cpu *c, const struct op *o, const struct vmx_exit *e)
{
    if (o)
        begin(c, o);
    c->running = NULL;
    c->exit = *e;
    longjmp(*c->unwind, UNWIND_EXIT);
}
