/* SPDX-License-Identifier: MIT */
/* `?`: what the pane with the focus shows, how to read it, and what the keys do. */
#include "ui/i18n.h"
#include "ui/text.h"
#include "ui/tui/tui.h"
#include "ui/view/view.h"

static const struct {
    const char *keys, *doc;
} table[] = {
    {"s  n  c  f", N_("step, step over calls, go on, finish the function; Ctrl-C stops a run")},
    {"u  d  w  r", N_("frame up, frame down, where am I, run from the start")},
    {"t", N_("the next technique takes the guest over, where it stands")},
    {".  ,", N_("the page walk: one micro-step on, one back")},
    {"p", N_("predict: say what the next step will do, before it does it")},
    {"Tab  1-6", N_("the next pane; another page of panes")},
    {"Enter  Esc", N_("the pane alone, large; back")},
    {"arrows PgUp PgDn Home", N_("scroll the pane; Home: as it was")},
    {"/", N_("search the pane; / and Enter again: the next match")},
    {"Ctrl-T", N_("type into the guest: into COM1 if the console has the focus, else on its keyboard")},
    {"F5-F8  7", N_("in a lesson: page back, page on, answer, put the machine back; the lesson's panes")},
    {":", N_("a command; any other letter begins one as well. `help` lists them")},
    {"Ctrl-L  Ctrl-Z", N_("draw the screen anew; back to the shell for a while")},
    {"A-Z", N_("kept for running backwards, which is not built yet")},
    {":q", N_("leave")},
};

enum { KEYS_WIDTH = 24 };

/* What a key does, in lines beside it. */
static void key_lines(struct sheet *s, const char *keys, const char *doc, int width)
{
    size_t n;

    sheet_text(s, LOOK_LABEL, keys);
    for (; (doc = text_broken(doc, width - KEYS_WIDTH, &n)); doc += n) {
        sheet_to(s, KEYS_WIDTH);
        sheet_put(s, LOOK_PLAIN, "%.*s", (int)n, doc);
        sheet_end(s);
    }
}

void tui_explain(struct tui *t)
{
    struct sheet *s = &t->overlay.sheet;
    const struct view *v = tui_pane(t, t->focus)->view;
    int width = t->grid.width;

    sheet_clear(s);
    t->overlay.shown = true;
    t->overlay.top = 0;
    t->overlay.title = _("Help");
    sheet_line(s, LOOK_LABEL, "%s", _(v->title));
    sheet_wrap(s, LOOK_PLAIN, width, _(v->detail));
    if (v->source)
        sheet_line(s, LOOK_FAINT, "%s", _(v->source));
    sheet_end(s);
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++)
        key_lines(s, table[i].keys, _(table[i].doc), width);
}
