/* SPDX-License-Identifier: MIT */
#include "interp/attempt.h"

#include <setjmp.h>
#include <stddef.h>

#include "interp/machine.h"
#include "interp/probe.h"

bool cpu_attempt(struct cpu *c, void (*action)(struct cpu *c, void *ctx), void *ctx, struct refusal *why)
{
    jmp_buf here;

    if (setjmp(here)) {
        c->unwind = NULL;
        if (c->m->probes)
            probe_fault(c);
        c->debug_hit = 0;
        *why = (struct refusal){c->fault_vector, c->fault_error};
        return false;
    }
    c->unwind = &here;
    action(c, ctx);
    c->unwind = NULL;
    return true;
}
