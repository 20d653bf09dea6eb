/* SPDX-License-Identifier: MIT */
/* The screen: status line, panes, what lies over them, bottom line. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ui/disasm.h"
#include "ui/i18n.h"
#include "ui/lesson/play.h"
#include "ui/text.h"
#include "ui/tui/term.h"
#include "ui/tui/tui.h"
#include "ui/view/view.h"
#include "vmm/technique.h"

/* ---- panes ------------------------------------------------------------------------------------------------------- */

struct box tui_room(const struct tui *t)
{
    return (struct box){0, 1, t->grid.width, t->grid.height - 2};
}

struct pane *tui_pane(struct tui *t, const char *view)
{
    for (unsigned i = 0; views[i] && i < VIEWS_MAX; i++)
        if (views[i]->title && strcmp(views[i]->name, view) == 0) {
            t->pane[i].view = views[i];
            return &t->pane[i];
        }
    return NULL;
}

/* Is the view on the page that is shown? */
static bool shows(const struct tui *t, const char *view)
{
    struct box room = tui_room(t);
    struct layout_pane pane[PANES_MAX];

    for (unsigned i = tui_layout(t, t->page, &room, pane); i-- > 0;)
        if (strcmp(pane[i].view, view) == 0)
            return true;
    return false;
}

bool tui_show(struct tui *t, const char *view)
{
    struct box room = tui_room(t);
    int page;

    if (!tui_pane(t, view))
        return false;
    t->focus = tui_pane(t, view)->view->name;
    page = t->page == PAGES && shows(t, view) ? PAGES : layout_page_with(t->d, &room, view);
    if (page < 0)
        t->zoomed = true;
    else if (!t->zoomed)
        t->page = (unsigned)page;
    return true;
}

unsigned tui_layout(const struct tui *t, unsigned page, const struct box *room, struct layout_pane pane[PANES_MAX])
{
    if (page < PAGES || !t->d->lesson)
        return layout(t->d, page < PAGES ? page : 0, room, pane);
    return layout_beside(t->d, room, "lesson", lesson_play_step(t->d->lesson)->pane, pane);
}

static void draw_pane(struct tui *t, const struct layout_pane *l, bool focus)
{
    struct pane *p = tui_pane(t, l->view);

    if (p && l->box.height > 1)
        pane_draw(p, t->d, &t->grid, &l->box, focus, t->needle);
}

/* The line between two columns of panes. */
static void divide(struct tui *t, const struct box *b)
{
    if (b->x == 0)
        return;
    for (int y = b->y; y < b->y + b->height; y++)
        (void)grid_text(&t->grid, b->x - 1, y, b->x, LOOK_FAINT, false, t->grid.ascii ? "|" : "│");
}

static void draw_panes(struct tui *t)
{
    struct box room = tui_room(t);
    struct layout_pane pane[PANES_MAX] = {{.view = t->focus, .box = room}};
    unsigned n = t->zoomed ? 1 : tui_layout(t, t->page, &room, pane);
    bool focused = false;

    for (unsigned i = 0; i < n; i++)
        focused |= strcmp(pane[i].view, t->focus) == 0;
    if (!focused)
        t->focus = pane[0].view;
    for (unsigned i = 0; i < n; i++) {
        draw_pane(t, &pane[i], strcmp(pane[i].view, t->focus) == 0);
        divide(t, &pane[i].box);
    }
}

/* ---- the status line --------------------------------------------------------------------------------------------- */

static const char *standing(const struct tui *t, enum look *look)
{
    const struct report_of_run *r = &t->d->report;

    *look = LOOK_HERE;
    if (t->typing)
        return _("TYPING; Ctrl-T ends");
    if (debug_running(t->d))
        return _("RUNS; Ctrl-C stops");
    *look = LOOK_LABEL;
    switch (r->stand) {
    case STAND_START: return _("at its start");
    case STAND_STOP: return _("at a stop point");
    case STAND_ENDED: *look = r->outcome == OUTCOME_OK ? LOOK_GOOD : LOOK_BAD; return outcome_name(r->outcome);
    default: return _("stopped");
    }
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* CR3 of both CPUs is always in sight: what a monitor does comes down to the two being different. */
static void status_line(struct tui *t)
{
    struct grid *g = &t->grid;
    const struct registers *v = &t->d->now.guest, *p = &t->d->now.hardware;
    enum look look;
    const char *stands = standing(t, &look);
    char text[160];
    int x;

    grid_fill(g, 0, 0, g->width, LOOK_PLAIN, true, " ");
    (void)snprintf(text, sizeof text, " %s %s", base_name(t->d->o.word), vm_technique(debug_vm(t->d))->name);
    x = grid_text(g, 0, 0, g->width / 3, LOOK_LABEL, true, text);
    (void)snprintf(text, sizeof text, "  CR3 %s %08" PRIx32 " %s %08" PRIx32 "  ", _("guest"), v->cr3, _("hardware"),
                   p->cr3);
    x = grid_text(g, x, 0, g->width, LOOK_PLAIN, true, text);
    x = grid_text(g, x, 0, g->width, look, true, stands);
    (void)snprintf(text, sizeof text, "%u %s ", t->page + 1, layout_page_name(t->page));
    if (g->width - text_width(text) > x + 1)
        (void)grid_text(g, g->width - text_width(text), 0, g->width, LOOK_PLAIN, true, text);
}

/* ---- the bottom line --------------------------------------------------------------------------------------------- */

void tui_note(struct tui *t, enum look look, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(t->note, sizeof t->note, fmt, args);
    va_end(args);
    t->note_look = look;
}

static void bottom_line(struct tui *t, int *x, int *y)
{
    struct grid *g = &t->grid;

    *y = g->height - 1;
    *x = -1;
    if (t->prompt.kind != PROMPT_NONE)
        *x = prompt_draw(&t->prompt, g, *y);
    else if (*t->note)
        (void)grid_text(g, 0, *y, g->width, t->note_look, false, t->note);
    else
        (void)grid_text(g, 0, *y, g->width, LOOK_FAINT, false,
                        t->d->lesson
                            ? _("F5 back F6 on F7 answer F8 put back  s step  c go  1-7 page  : command  ? help")
                            : _("s step  n over  c go  . walk  Tab pane  1-6 page  Enter zoom  : command  ? help"));
}

/* ---- in front ---------------------------------------------------------------------------------------------------- */

static void draw_overlay(struct tui *t)
{
    struct overlay *o = &t->overlay;
    struct grid *g = &t->grid;
    int lines = (int)o->sheet.lines, most = (g->height - 4) * 2 / 3, rows = lines < most ? lines : most;
    struct box b = {0, g->height - 1 - rows, g->width, rows};
    char text[160];

    if (o->top > lines - rows)
        o->top = lines - rows;
    if (o->top < 0)
        o->top = 0;
    grid_fill(g, 0, b.y - 1, g->width, LOOK_LABEL, false, g->ascii ? "=" : "═");
    (void)snprintf(text, sizeof text, " %s ", o->title);
    (void)grid_text(g, 1, b.y - 1, g->width, LOOK_LABEL, true, text);
    (void)snprintf(text, sizeof text, " %s ", rows < lines ? _("Up, Down, PgDn: more; Esc closes") : _("Esc closes"));
    (void)grid_text(g, g->width - text_width(text) - 1, b.y - 1, g->width, LOOK_FAINT, false, text);
    for (int row = 0; row < rows; row++) {
        grid_fill(g, 0, b.y + row, g->width, LOOK_PLAIN, false, " ");
        grid_line(g, &b, row, &o->sheet, (size_t)(o->top + row), 0);
    }
}

void tui_draw(struct tui *t, int *x, int *y)
{
    struct grid *g = &t->grid;

    *x = -1;
    *y = 0;
    grid_clear(g);
    if (g->width < TERM_MIN_WIDTH || g->height < TERM_MIN_HEIGHT) {
        (void)grid_text(g, 0, 0, g->width, LOOK_BAD, false, _("too small"));
        return;
    }
    if (debug_running(t->d))
        debug_take_registers(t->d, &t->d->now);
    draw_panes(t);
    status_line(t);
    if (t->overlay.shown)
        draw_overlay(t);
    bottom_line(t, x, y);
}
