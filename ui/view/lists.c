/* SPDX-License-Identifier: MIT */
/* Short lists: symbols, breakpoints, frames of the stack, techniques. */
#include <inttypes.h>
#include <stdio.h>

#include "interp/symbols.h"
#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"
#include "ui/view/words.h"
#include "vmm/technique.h"

/* ---- symbols ----------------------------------------------------------------------------------------------------- */

static void draw_symbols(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    size_t n = symbols_count(d->s.symbols);

    (void)room;
    if (n == 0)
        sheet_line(s, LOOK_FAINT, "%s", _("the image has no symbols"));
    for (size_t i = 0; i < n; i++) {
        const struct symbol *y = symbols_get(d->s.symbols, i);

        sheet_put(s, LOOK_PLAIN, "%08" PRIx32, y->addr);
        sheet_to(s, 10);
        sheet_line(s, LOOK_PLAIN, "%s", y->name);
    }
}

const struct view view_symbols = {.name = "symbols",
                                  .doc = N_("the symbols of the guest's image, by address"),
                                  .detail =
                                      N_("From the symbol table of the ELF file. Wherever an address is wanted, a "
                                         "symbol may be written."),
                                  .source = "Tool Interface Standard, ELF 1.2, \"Symbol Table\"",
                                  .draw = draw_symbols};

/* ---- breakpoints ------------------------------------------------------------------------------------------------- */

static const char *kind_name(const struct stop_point *p)
{
    switch (p->kind) {
    case STOP_AT: return _("breakpoint");
    case STOP_TOUCH: return p->reads ? p->writes ? _("access") : _("read") : _("write");
    case STOP_REASON: return _("exit");
    default: return _("vector");
    }
}

static void draw_breakpoints(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    static const struct head head[] = {{0, "#"}, {4, N_("kind")}, {16, N_("hits")}, {22, N_("what")}, {0, NULL}};
    bool any = false;

    (void)room;
    for (unsigned n = 1; n <= d->stops.last; n++)
        for (unsigned i = 0; i < STOPS_MAX; i++) {
            const struct stop_point *p = &d->stops.point[i];

            if (p->number != n)
                continue;
            if (!any)
                view_head(s, head);
            any = true;
            sheet_put(s, LOOK_PLAIN, "%u%s", n, p->enabled ? "" : "-");
            sheet_to(s, 4);
            sheet_text(s, LOOK_PLAIN, kind_name(p));
            sheet_to(s, 16);
            sheet_put(s, LOOK_PLAIN, "%" PRIu64, p->hits);
            sheet_to(s, 22);
            sheet_put(s, LOOK_PLAIN, "%s%s%s", p->text, *p->when ? " if " : "", p->when);
            if (p->ignore)
                sheet_put(s, LOOK_FAINT, _("; ignored %" PRIu64 " times more"), p->ignore);
            sheet_end(s);
        }
    if (!any)
        sheet_line(s, LOOK_FAINT, "%s", _("none are set"));
}

const struct view view_breakpoints = {
    .name = "breakpoints",
    .doc = N_("breakpoints and watchpoints, with the times they were hit"),
    .detail = N_("`break ADDRESS`, `break exit REASON`, `break trap VECTOR`, `watch EXPRESSION`; each may have a "
                 "condition. A dash behind the number: disabled."),
    .source = "gdb's manual, \"Breakpoints\"",
    .draw = draw_breakpoints};

/* ---- frames ------------------------------------------------------------------------------------------------------ */

static void draw_backtrace(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    struct frame frame[FRAMES_MAX];
    unsigned n = debug_frames(d, frame);
    char text[WORDS];

    (void)room;
    for (unsigned i = 0; i < n; i++) {
        enum look look = i == d->frame ? LOOK_HERE : LOOK_PLAIN;

        sheet_put(s, look, "%s#%u", i == d->frame ? "=>" : "  ", i);
        sheet_to(s, 6);
        sheet_text(s, look, words_address(d, frame[i].eip.v, text));
        if (i == d->frame)
            sheet_mark(s);
        sheet_end(s);
    }
}

const struct view view_backtrace = {
    .name = "backtrace",
    .doc = N_("who called whom: the chain of frames by EBP, innermost first"),
    .detail = N_("Each frame is found by the saved EBP of the one before: code that keeps no frame pointer does not "
                 "show. => is the selected frame."),
    .source = "SDM Vol. 1, 6.2.4.2 \"Return Instruction Pointer\"",
    .draw = draw_backtrace};

/* ---- techniques -------------------------------------------------------------------------------------------------- */

static void technique(const struct technique *t, bool here, int width, struct sheet *s)
{
    sheet_line(s, here ? LOOK_HERE : LOOK_PLAIN, "%s%s", here ? "=>" : "  ", t->name);
    sheet_wrap(s, LOOK_FAINT, width, _(t->doc));
}

/* A plug-in is in no table: it is there while it is used. */
static void draw_techniques(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    const struct technique *used = vm_technique(d->s.vm);
    bool listed = false;

    for (unsigned i = 0; techniques[i]; i++) {
        technique(techniques[i], techniques[i] == used, room->width, s);
        listed |= techniques[i] == used;
    }
    if (!listed)
        technique(used, true, room->width, s);
}

const struct view view_techniques = {
    .name = "techniques",
    .doc = N_("the ways to virtualize that are built, and which one is used"),
    .detail = N_("`technique NAME` goes on with the same guest under another one, by way of its canonical state."),
    .source = "docs/ARCHITECTURE.md",
    .draw = draw_techniques};
