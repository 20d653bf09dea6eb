/* SPDX-License-Identifier: MIT */
#include "interp/flags.h"

uint32_t flags_get(const struct cpu *c)
{
    return flag_cf(c) * FL_CF | flag_pf(c) * FL_PF | flag_af(c) * FL_AF | flag_zf(c) * FL_ZF | flag_sf(c) * FL_SF |
           flag_of(c) * FL_OF;
}

void flags_set(struct cpu *c, uint32_t f)
{
    uint32_t cf = (f & FL_CF) != 0, of = (f & FL_OF) != 0;

    /* The result is 0 or 1: its sign is 0, its parity even or odd; the change fields supply the rest. */
    c->f_res = !(f & FL_ZF);
    c->f_aux = cf << 31 | (cf ^ of) << 30 | ((f & FL_AF) ? AUX_AF : 0) | ((f & FL_SF) ? AUX_SIGN : 0);
    if (flag_pf(c) != ((f & FL_PF) != 0))
        c->f_aux |= 1u << AUX_PARITY_SHIFT;
}

void flags_set_zf(struct cpu *c, uint32_t zf)
{
    uint32_t f = flags_get(c);

    flags_set(c, zf ? f | FL_ZF : f & ~(uint32_t)FL_ZF);
}
