/* SPDX-License-Identifier: MIT */
/* The cost table (cost.def) as a struct, its presets, and the accounts that cycles are booked to. */
#ifndef INTERP_COST_H
#define INTERP_COST_H

#include <stdint.h>

/* Simulated cycles for each mechanism. */
struct cost {
#define COST(name, p4_2003, doc) uint32_t name;
#include "interp/cost.def"
#undef COST
};

struct cost_preset {
    const char *name;
    uint64_t hz; /* cycles a second: what device clocks are derived from */
    struct cost cost;
};

/* The preset of that name, or NULL. The first one is the default; one without a name ends the table. */
const struct cost_preset *cost_preset(const char *name);
extern const struct cost_preset cost_presets[];

/*
 * What a machine books cycles to. Instructions are what is left: cycles minus the sum of the others. A technique says
 * what each account means to its guest (in `native`, TRAP is the guest's own; in `trap`, a switch to the monitor).
 */
enum account { ACCOUNT_WALK, ACCOUNT_TRAP, ACCOUNT_DEVICE, ACCOUNT_MONITOR, ACCOUNT_IDLE, ACCOUNTS };

#endif
