/* SPDX-License-Identifier: MIT */
#include "ui/tui/pane.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/view/view.h"

/* ---- which part is shown ----------------------------------------------------------------------------------------- */

static int last_top(const struct pane *p)
{
    int over = (int)p->sheet.lines - p->rows;

    return over > 0 ? over : 0;
}

/* The first marked line, or -1. */
static int marked(const struct pane *p)
{
    for (size_t i = 0; i < p->sheet.lines; i++)
        if (p->sheet.line[i].marked)
            return (int)i;
    return -1;
}

/* Unless the user scrolled: the end of what grows at its end, or whatever keeps the marked line in sight. */
static void place(struct pane *p)
{
    int mark = marked(p);

    if (!p->scrolled) {
        p->left = 0;
        p->top = p->view->at_end ? last_top(p) : 0;
        if (mark >= 0 && (mark < p->top || mark >= p->top + p->rows))
            p->top = mark - p->rows / 2;
    }
    if (p->top > last_top(p))
        p->top = last_top(p);
    if (p->top < 0)
        p->top = 0;
}

void pane_home(struct pane *p)
{
    p->scrolled = false;
    p->top = p->left = 0;
}

void pane_scroll(struct pane *p, int lines, int columns)
{
    p->scrolled = true;
    p->top += lines;
    p->left += columns;
    if (p->left < 0)
        p->left = 0;
    place(p);
}

/* Does a line hold the needle, in any case of letters? */
static bool holds(const char *text, const char *needle)
{
    for (; *text; text++)
        if (strncasecmp(text, needle, strlen(needle)) == 0)
            return true;
    return false;
}

bool pane_search(struct pane *p, const char *needle)
{
    char text[1024];
    int lines = (int)p->sheet.lines;

    for (int i = 1; i <= lines; i++) {
        int line = (p->top + i) % lines;

        if (!holds(sheet_copy(&p->sheet, (size_t)line, text, sizeof text), needle))
            continue;
        p->scrolled = true;
        p->top = line;
        place(p);
        return true;
    }
    return false;
}

/* A pane narrower than this does not say which of its lines are shown. */
enum { PLACED = 36 };

/* ---- drawing ----------------------------------------------------------------------------------------------------- */

/* "─ Registers ────────── 3-20/40 ─": the pane with the focus has an arrow and is reversed. */
static void title(const struct pane *p, struct grid *g, const struct box *b, bool focus)
{
    const char *line = g->ascii ? "-" : "─";
    char text[256], place[48] = "";
    int end = b->x + b->width;

    if (last_top(p) > 0)
        (void)snprintf(place, sizeof place, " %d-%d/%d ", p->top + 1, p->top + p->rows, (int)p->sheet.lines);
    (void)snprintf(text, sizeof text, "%s%s%s ", focus ? ">" : " ", _(p->view->title), p->scrolled ? " *" : "");
    grid_fill(g, b->x, b->y, end, LOOK_FAINT, false, line);
    if (*place && b->width > PLACED) {
        end -= (int)strlen(place) + 1;
        (void)grid_text(g, end, b->y, b->x + b->width, LOOK_FAINT, false, place);
    }
    (void)grid_text(g, b->x + 1, b->y, end - 1, LOOK_LABEL, focus, text);
}

void pane_draw(struct pane *p, const struct debugger *d, struct grid *g, const struct box *b, bool focus,
               const char *needle)
{
    const struct box inside = {b->x, b->y + 1, b->width, b->height - 1};
    const struct view_room room = {.width = inside.width, .height = inside.height, .ascii = g->ascii};

    p->rows = inside.height;
    sheet_clear(&p->sheet);
    view_draw(p->view, d, &room, &p->sheet);
    place(p);
    title(p, g, b, focus);
    for (int row = 0; row < p->rows && p->top + row < (int)p->sheet.lines; row++) {
        grid_line(g, &inside, row, &p->sheet, (size_t)(p->top + row), p->left);
        if (*needle && focus)
            grid_match(g, &inside, row, needle);
    }
}
