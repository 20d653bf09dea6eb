/* SPDX-License-Identifier: MIT */
/* Popek and Goldberg's three properties, as the run shows them so far. */
#include "ui/scoreboard.h"

#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/view/views.h"

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    scoreboard_sheet(d->s.vm, &d->finding, room->width, s);
}

const struct view view_scoreboard = {
    .name = "scoreboard",
    .title = N_("Scoreboard"),
    .doc = N_("Popek and Goldberg's three properties: equivalence, resource control, efficiency"),
    .detail =
        N_("Equivalence: does the guest see what it would see alone? A hole that bites is the first proof that it does "
           "not; `ringside holes` shows all. `equiv` compares with another technique, from here on. Resource control: "
           "how often the guest reached for what is not its own, "
           "and was stopped; whether its page tables lead to its own frames only is looked up at each drawing. "
           "Efficiency: the share of its instructions that the hardware ran without the monitor."),
    .source = "Popek and Goldberg, CACM 17(7), 1974",
    .draw = draw};
