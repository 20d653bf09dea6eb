/* SPDX-License-Identifier: MIT */
/* What keys do. Letters are gdb's SingleKey, and stand for commands of the shell; the rest moves about on the screen. */
#include <ctype.h>
#include <string.h>

#include "ui/i18n.h"
#include "ui/tui/term.h"
#include "ui/tui/tui.h"
#include "ui/view/view.h"

enum { CTRL = 0x1f };

/* ---- letters ----------------------------------------------------------------------------------------------------- */

static const struct {
    char key;
    const char *command;
    bool quiet; /* what it answers shows in the panes anyway */
} letter[] = {{'s', "stepi", true},  {'n', "nexti", true}, {'c', "continue", true},
              {'f', "finish", true}, {'u', "up", true},    {'d', "down", true},
              {'w', "where", false}, {'r', "run", true},   {'t', "technique next", false}};

static bool letter_key(struct tui *t, int key)
{
    const char text[2] = {(char)key, '\0'};

    for (size_t i = 0; i < sizeof letter / sizeof letter[0]; i++)
        if (letter[i].key == key && debug_running(t->d)) {
            tui_note(t, LOOK_BAD, "%s", _("the guest runs; Ctrl-C stops it"));
            return true;
        } else if (letter[i].key == key) {
            tui_command(t, letter[i].command, letter[i].quiet);
            return true;
        }
    if (key < 0x80 && isupper(key)) {
        tui_note(t, LOOK_BAD, _("%s: capital letters are kept for running backwards, which is not built yet"), text);
        return true;
    }
    if (key < 0x80 && islower(key)) {
        prompt_open(&t->prompt, PROMPT_COMMAND, text);
        return true;
    }
    return false;
}

/* ---- panes ------------------------------------------------------------------------------------------------------- */

/* The next pane of the page, or the one before it. */
static void move_focus(struct tui *t, int by)
{
    struct box room = tui_room(t);
    struct layout_pane pane[PANES_MAX];
    unsigned n = tui_layout(t, t->page, &room, pane), at = 0;

    for (unsigned i = 0; i < n; i++)
        if (strcmp(pane[i].view, t->focus) == 0)
            at = i;
    t->focus = pane[(at + n + (unsigned)by) % n].view;
}

static void turn_page(struct tui *t, unsigned page)
{
    struct box room = tui_room(t);
    struct layout_pane pane[PANES_MAX];

    t->page = page;
    t->zoomed = false;
    (void)tui_layout(t, page, &room, pane);
    t->focus = pane[0].view;
}

static bool scroll_key(struct tui *t, int key)
{
    struct pane *p = tui_pane(t, t->focus);

    switch (key) {
    case KEY_UP_: pane_scroll(p, -1, 0); break;
    case KEY_DOWN_: pane_scroll(p, 1, 0); break;
    case KEY_LEFT_: pane_scroll(p, 0, -4); break;
    case KEY_RIGHT_: pane_scroll(p, 0, 4); break;
    case KEY_PAGE_UP_: pane_scroll(p, 1 - p->rows, 0); break;
    case KEY_PAGE_DOWN_: pane_scroll(p, p->rows - 1, 0); break;
    case KEY_HOME_: pane_home(p); break;
    case KEY_END_: pane_scroll(p, (int)p->sheet.lines, 0); break;
    default: return false;
    }
    return true;
}

static bool overlay_key(struct tui *t, int key)
{
    struct overlay *o = &t->overlay;
    int page = t->grid.height / 2;

    switch (key) {
    case KEY_UP_: o->top--; break;
    case KEY_DOWN_: o->top++; break;
    case KEY_PAGE_UP_: o->top -= page; break;
    case KEY_PAGE_DOWN_:
    case ' ': o->top += page; break;
    case KEY_HOME_: o->top = 0; break;
    case KEY_END_: o->top = (int)o->sheet.lines; break;
    case KEY_ESCAPE_:
    case KEY_ENTER_:
    case 'q': o->shown = false; break;
    default: return false;
    }
    return true;
}

/* ---- the page walk, step by step --------------------------------------------------------------------------------- */

static void walk_step(struct tui *t, int by)
{
    struct walk_focus *w = &t->d->walk;
    unsigned all = view_walk_steps(t->d);

    if (w->shown > all) /* all of it was there: from the beginning, or from the end */
        w->shown = by > 0 ? 0 : all;
    if (by > 0 ? w->shown < all : w->shown > 1)
        w->shown += (unsigned)by;
    (void)tui_show(t, "walk");
    tui_note(t, LOOK_PLAIN, _("page walk: step %u of %u"), w->shown, all);
}

/* ---- predict ----------------------------------------------------------------------------------------------------- */

static void predict_key(struct tui *t)
{
    t->d->predict.on = true;
    (void)tui_show(t, "predict");
    prompt_open(&t->prompt, PROMPT_COMMAND, "predict ");
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static bool screen_key(struct tui *t, int key)
{
    switch (key) {
    case KEY_TAB_: move_focus(t, 1); break;
    case KEY_BACKTAB_: move_focus(t, -1); break;
    case KEY_ENTER_: t->zoomed = !t->zoomed; break;
    case KEY_ESCAPE_: t->zoomed = false; break;
    case ':': prompt_open(&t->prompt, PROMPT_COMMAND, ""); break;
    case '/': prompt_open(&t->prompt, PROMPT_SEARCH, ""); break;
    case '?': tui_explain(t); break;
    case '.': walk_step(t, 1); break;
    case ',': walk_step(t, -1); break;
    case 'p': predict_key(t); break;
    case 'T' & CTRL: t->typing = true; break;
    default: return false;
    }
    return true;
}

bool tui_key(struct tui *t, int key)
{
    *t->note = '\0';
    if (t->play && tui_lesson_key(t, key))
        return true;
    if (t->overlay.shown && overlay_key(t, key))
        return true;
    if (key >= '1' && key < '1' + PAGES + (t->d->lesson != NULL)) {
        turn_page(t, (unsigned)(key - '1'));
        return true;
    }
    if (screen_key(t, key) || scroll_key(t, key))
        return true;
    t->overlay.shown = false;
    return letter_key(t, key);
}
