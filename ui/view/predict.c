/* SPDX-License-Identifier: MIT */
/* Predict mode: the question before a step, and after it what was said and what was true. */
#include <stdio.h>

#include "interp/machine.h"
#include "ui/debug/debugger.h"
#include "ui/disasm.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"
#include "ui/view/words.h"

static void question(const struct debugger *d, int width, struct sheet *s)
{
    char text[WORDS], line[2 * WORDS];

    (void)disasm_next(vm_guest(d->s.vm), d->s.symbols, text, sizeof text);
    (void)snprintf(line, sizeof line, _("`%s` comes next. What will it do to the machine?"), text);
    sheet_wrap(s, LOOK_PLAIN, width, line);
    for (enum forecast f = FORECAST_RUNS; f < FORECASTS; f++)
        sheet_line(s, d->predict.said == f ? LOOK_HERE : LOOK_PLAIN, "%s %u  %s", d->predict.said == f ? "=>" : "  ",
                   (unsigned)f, forecast_name(f));
}

static void answer(const struct predict *p, int width, struct sheet *s)
{
    char room[16], line[2 * WORDS];

    if (!p->asked)
        return;
    if (p->true_vector >= 0)
        (void)snprintf(line, sizeof line, _("The last one was: %s (%s). %s"), forecast_name(p->truth),
                       vector_name((unsigned)p->true_vector, room), p->right ? _("Right.") : _("Not so."));
    else
        (void)snprintf(line, sizeof line, _("The last one was: %s. %s"), forecast_name(p->truth),
                       p->right ? _("Right.") : _("Not so."));
    sheet_wrap(s, p->right ? LOOK_GOOD : LOOK_BAD, width, line);
    sheet_line(s, LOOK_LABEL, _("score: %u of %u"), p->won, p->asked);
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    if (debug_ended(d))
        sheet_line(s, LOOK_FAINT, "%s", _("the guest's run is over"));
    else
        question(d, room->width, s);
    answer(&d->predict, room->width, s);
}

const struct view view_predict = {
    .name = "predict",
    .title = N_("Predict"),
    .doc = N_("what will the next instruction do to the machine? Say it, step, and see; the score is kept"),
    .detail =
        N_("Say before a step what it will do: run as it is; trap and be emulated; raise a hidden page fault, which "
           "only the monitor sees; or be delivered to the guest's own handler. The answer is read off the events "
           "of that step. Where more than one thing happens, the one that concerns the guest most is named."),
    .source = "Popek and Goldberg 1974; Robin and Irvine 2000",
    .draw = draw};
