/* SPDX-License-Identifier: MIT */
/* Which panes stand where: pages of columns of panes, one set for each size of terminal, of views that have something to show. */
#ifndef UI_TUI_LAYOUT_H
#define UI_TUI_LAYOUT_H

#include "ui/tui/grid.h"

struct debugger;

enum { PANES_MAX = 12, PAGES = 6 };

struct layout_pane {
    const char *view; /* its name */
    struct box box;   /* title row included */
};

/* The panes of page `page` (from 0) in a box; returns how many. */
unsigned layout(const struct debugger *d, unsigned page, const struct box *room, struct layout_pane pane[PANES_MAX]);
/* One view on the left, up to three others beside it, one above the other. NULL ends them. */
unsigned layout_beside(const struct debugger *d, const struct box *room, const char *view, const char *const beside[3],
                       struct layout_pane pane[PANES_MAX]);
/* The page's name, for people. */
const char *layout_page_name(unsigned page);
/* The first page of this size that shows a view, or -1. */
int layout_page_with(const struct debugger *d, const struct box *room, const char *view);

#endif
