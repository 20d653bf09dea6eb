/* SPDX-License-Identifier: MIT */
#include "interp/cost.h"

#include <stddef.h>
#include <string.h>

const struct cost_preset cost_presets[] = {
    {
        .name = "p4-2003",
        /* The dual Xeon of Barham et al., "Xen and the Art of Virtualization", SOSP 2003, section 4. */
        .hz = 2400000000,
        .cost =
            {
#define COST(name_, p4_2003, doc) .name_ = p4_2003,
#include "interp/cost.def"
#undef COST
            },
    },
    {.name = NULL},
};

const struct cost_preset *cost_preset(const char *name)
{
    for (const struct cost_preset *p = cost_presets; p->name; p++)
        if (!strcmp(p->name, name))
            return p;
    return NULL;
}
