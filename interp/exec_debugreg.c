/* SPDX-License-Identifier: MIT */
/* MOV to and from debug registers (SDM Vol. 2, MOV; Vol. 3, 18.2). What the registers do is in debugreg.c. */
#include "interp/debugreg.h"
#include "interp/vmx_insn.h"

HANDLER(h_movfromdr)
{
    begin(c, o);
    vmx_mov_dr(c, o, o->base, o->reg, false);
    ring0_only(c, NULL);
    c->r[o->reg] = c->dr[debugreg_register(c, o->base)];
    return finish(c, o);
}

HANDLER(h_movtodr)
{
    unsigned n;

    begin(c, o);
    vmx_mov_dr(c, o, o->reg, o->base, true);
    ring0_only(c, NULL);
    n = debugreg_register(c, o->reg);
    c->dr[n] = debugreg_value(n, c->r[o->base]);
    if (n != 6)
        debugreg_changed(c);
    return finish(c, o);
}
