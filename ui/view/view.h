/* SPDX-License-Identifier: MIT */
/*
 * Views: what there is to see of a guest and its monitor. A view draws onto a sheet; the shell's `info NAME` prints that
 * sheet, the screen's pane NAME shows it. So whatever the screen shows, the shell can show as text, and a new view is
 * one file and one line in view.c.
 */
#ifndef UI_VIEW_VIEW_H
#define UI_VIEW_VIEW_H

#include <stdbool.h>

struct debugger;
struct sheet;

/* How much room there is. A view may draw more lines than `height`: panes scroll. */
struct view_room {
    int width, height;
    bool ascii; /* no line drawing, no blocks */
};

struct view {
    const char *name;   /* what `info` takes */
    const char *title;  /* of its pane; NULL: it has none, the shell alone shows it */
    const char *doc;    /* one line: what it shows */
    const char *detail; /* a paragraph, for `?`: how to read it */
    const char *source; /* where the SDM or a paper says so */
    void (*draw)(const struct debugger *d, const struct view_room *room, struct sheet *s);
    bool at_end; /* its newest line is its last: a pane shows the end */
    bool (*there)(
        const struct debugger *d); /* has it anything to show now? A layout leaves it out if not. NULL: always */
};

extern const struct view *const views[]; /* ended by NULL */
/* Draws no wider than the room. */
void view_draw(const struct view *v, const struct debugger *d, const struct view_room *room, struct sheet *s);
const struct view *view_find(const char *name); /* unique prefixes do; NULL: none, or several */
bool view_there(const struct debugger *d, const char *name);

/* walk: the micro-steps of the walk that is shown; debugger.walk.shown counts up to them. */
unsigned view_walk_steps(const struct debugger *d);

#endif
