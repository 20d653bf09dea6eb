/* SPDX-License-Identifier: MIT */
#include "ui/debug/compare.h"

#include <stdbool.h>
#include <stdio.h>

#include "ui/debug/debugger.h"
#include "ui/equiv.h"
#include "ui/i18n.h"
#include "vmm/technique.h"

/* Why there can be no copies to compare, or NULL. */
static const char *obstacle(const struct debugger *d)
{
    if (debug_ended(d))
        return _("the guest's run is over: `run` begins anew");
    if (!d->o.clock_insns)
        return _("techniques take different numbers of cycles: to compare them begin with --clock insns");
    for (unsigned i = 0; i < d->o.disks; i++)
        if (!d->o.disk[i].snapshot)
            return _("there are no copies of a disk that is written through: begin with --disk FILE,snapshot");
    return NULL;
}

int debug_compare(struct debugger *d, const struct technique *against, uint64_t ticks, char *error, size_t room)
{
    const struct technique *now = vm_technique(d->s.vm);
    struct comparison k = {.o = d->o, .technique = {now, against}, .name = {now->name, against->name}};
    const char *why = obstacle(d);
    int status;

    if (why) {
        (void)snprintf(error, room, "%s", why);
        return -1;
    }
    k.o.bisect = true;
    status = comparison_copy(&k, &d->s, &d->keys);
    if (!status)
        status = comparison_run(&k, vm_tick(d->s.vm) + ticks);
    if (!status)
        equiv_finding(&k, &d->finding);
    else
        (void)snprintf(error, room, "%s", _("the guest cannot be copied"));
    comparison_close(&k);
    return status ? -1 : 0;
}
