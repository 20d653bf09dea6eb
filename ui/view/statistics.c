/* SPDX-License-Identifier: MIT */
/* What the run has counted and cost so far: the table that `run --stats` prints. */
#include "ui/stats.h"

#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"
#include "vmm/technique.h"

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    (void)room;
    sheet_line(s, LOOK_LABEL, "%s, mmu %s, cpu %s", vm_technique(d->s.vm)->name, stats_mmu(d->s.vm),
               d->o.virtualizable ? "virtualizable" : "x86");
    stats_sheet(d->s.vm, d->s.symbols, s);
}

const struct view view_statistics = {
    .name = "statistics",
    .title = N_("Statistics"),
    .doc = N_("instructions, cycles by account, traps, exits and TLB hits so far"),
    .detail =
        N_("Instructions are direct when the hardware ran them and interpreted when the monitor did. Cycles go to "
           "accounts: guest, page-table walks, switching into and out of the monitor, the monitor's own work, "
           "devices, idle. Costs come from a table with sources: `ringside run --stats` prints the same."),
    .source = "interp/cost.def names each cost and its source",
    .draw = draw};
