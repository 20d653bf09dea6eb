/* SPDX-License-Identifier: MIT */
/* A view in a box: title, the part of its sheet that fits, scrolling and searching. */
#ifndef UI_TUI_PANE_H
#define UI_TUI_PANE_H

#include <stdbool.h>

#include "ui/sheet.h"
#include "ui/tui/grid.h"

struct debugger;
struct view;

enum { NEEDLE = 64 };

/* What a pane keeps of its view while others are shown; one for each view. */
struct pane {
    const struct view *view;
    struct sheet sheet; /* as it was drawn last */
    int rows;           /* of its box, title apart */
    bool scrolled;      /* by hand: `top` is where the user left it */
    int top, left;      /* line and column at the corner */
};

/* Draws it. `needle`: what is searched for, or "". */
void pane_draw(struct pane *p, const struct debugger *d, struct grid *g, const struct box *b, bool focus,
               const char *needle);
/* Scrolls by lines and columns. */
void pane_scroll(struct pane *p, int lines, int columns);
/* Shows the next line behind the top one that holds `needle`. False: there is none. */
bool pane_search(struct pane *p, const char *needle);
/* As if it had never been scrolled. */
void pane_home(struct pane *p);

#endif
