/* SPDX-License-Identifier: MIT */
/* How often the monitor was entered, and why; what the CPUs delivered, by vector. */
#include <inttypes.h>

#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/stats.h"
#include "ui/text.h"
#include "ui/view/views.h"
#include "ui/view/words.h"

enum { COUNT = 17, DOC = 32, INDENT = 2, WIDE = 78 };

static void wrapped(struct sheet *s, const char *text, int indent, int width)
{
    size_t n;

    for (const char *at = text; (at = text_broken(at, width - indent, &n)); at += n) {
        sheet_to(s, indent);
        sheet_put(s, LOOK_FAINT, "%.*s", (int)n, at);
        sheet_end(s);
    }
}

static void reasons(const struct vm_stats *t, int width, struct sheet *s)
{
    for (unsigned r = 0; r < EXIT_REASONS; r++) {
        sheet_text(s, t->exits[r] ? LOOK_LABEL : LOOK_FAINT, exit_info[r].name);
        sheet_to(s, COUNT);
        sheet_put(s, t->exits[r] ? LOOK_PLAIN : LOOK_FAINT, "%12" PRIu64, t->exits[r]);
        if (width < WIDE)
            sheet_end(s);
        wrapped(s, _(exit_info[r].doc), width < WIDE ? INDENT : DOC, width);
    }
}

/* By the SDM's numbers; only those that came. */
static void vm_exits(const struct vm_stats *t, int width, struct sheet *s)
{
    bool any = false;

    for (unsigned r = 0; r < VMX_REASONS; r++) {
        if (!t->vm_exits[r])
            continue;
        if (!any)
            sheet_line(s, LOOK_LABEL, "%s", _("VM exits by basic exit reason"));
        any = true;
        sheet_put(s, LOOK_LABEL, "%2u %s", r, vmx_reason_name[r] ? vmx_reason_name[r] : "?");
        sheet_to(s, COUNT);
        sheet_put(s, LOOK_PLAIN, "%12" PRIu64, t->vm_exits[r]);
        if (width < WIDE)
            sheet_end(s);
        wrapped(s, vmx_reason_doc[r] ? _(vmx_reason_doc[r]) : "?", width < WIDE ? INDENT : DOC, width);
    }
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    struct vm_stats t;

    vm_get_stats(d->s.vm, &t);
    if (view_monitored(d))
        reasons(&t, room->width, s);
    else
        sheet_wrap(s, LOOK_FAINT, room->width, _("There is no monitor that could be entered (--mode trap has one)."));
    vm_exits(&t, room->width, s);
    stats_vectors(s, _("events the physical CPU took"), COUNT, t.traps);
    stats_vectors(s, _("events delivered to the guest"), COUNT, t.injected);
}

const struct view view_exits = {
    .name = "exits",
    .title = N_("Exits"),
    .doc = N_("how often the monitor was entered, by reason, and what was delivered, by vector"),
    .detail =
        N_("Each entry into the monitor costs a trap, a world switch and the way back, whatever the guest wanted: "
           "so their number, by reason, is what makes one technique slower than another. `break exit REASON` "
           "stops at the next one."),
    .source = "vmm/exit.def; SDM Vol. 3, 6.3.1 \"External Interrupts\" and table 6-1",
    .draw = draw};
