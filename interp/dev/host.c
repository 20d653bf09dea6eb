/* SPDX-License-Identifier: MIT */
#include "interp/dev/host.h"

#include "interp/clock.h"
#include "interp/state.h"

void dev_timer_state(struct state *s, const struct dev_host *h, struct timer *t)
{
    uint64_t when = t->when;

    state_u64(s, &when);
    if (state_loading(s))
        h->at(h->ctx, t, when);
}
