/* SPDX-License-Identifier: MIT */
/*
 * `ringside debug`: the debugger's screen. It shows views in panes, and turns keys into the shell's commands: what a key
 * does, a line of text does as well.
 *
 *      keys ──> prompt ──> shell ──> debugger        debugger ──> views ──> panes ──> grid ──> terminal
 */
#ifndef UI_TUI_TUI_H
#define UI_TUI_TUI_H

#include <stdbool.h>

#include "ui/debug/debugger.h"
#include "ui/shell/shell.h"
#include "ui/tui/grid.h"
#include "ui/tui/layout.h"
#include "ui/tui/pane.h"
#include "ui/tui/prompt.h"

enum { VIEWS_MAX = 40, NOTE = 256 };

/* A sheet in front of the panes: a command's answer, the help of a pane. */
struct overlay {
    bool shown;
    const char *title;
    struct sheet sheet;
    int top;
};

/* Keys for the guest that it has not taken yet, oldest first. */
struct typed {
    int key;
    bool serial;   /* for COM1, not for the keyboard: */
    unsigned sent; /* so many of its bytes are there */
};
enum { TYPED_MAX = 512 };
struct waiting {
    struct typed typed[TYPED_MAX];
    unsigned count;
};

struct tui {
    struct debugger *d;
    struct shell *shell; /* NULL: nobody types (shot.c) */
    struct grid grid;
    struct prompt prompt;
    struct overlay overlay;
    struct pane pane[VIEWS_MAX]; /* by the order of views[] */
    unsigned page;
    const char *focus; /* name of the view with the focus */
    bool zoomed;       /* the focused pane has the whole screen */
    bool typing;       /* keys go to the guest */
    struct waiting waiting;
    bool gone;      /* the terminal */
    bool submitted; /* a key has just given the shell a command */
    char needle[NEEDLE];
    char note[NOTE];          /* what the bottom line says */
    enum look note_look;      /* and how */
    size_t said;              /* lines of shell.out that were shown */
    struct lesson_play *play; /* NULL: no lesson is being played */
    bool quiet;               /* the command in progress came from a key: its answer goes to the bottom line */
};

/* keys.c: what a key does while no prompt is open. False: it is not ours. */
bool tui_key(struct tui *t, int key);
/* typing.c: a key for the guest: on its serial line if that pane has the focus, else on its keyboard. */
void tui_type(struct tui *t, int key);
/* Hands on what waits, as far as the guest takes it: nothing of it is lost however fast it was typed. */
void tui_feed(struct tui *t);

/* draw.c: the whole screen into t->grid; *x, *y: the cursor, x < 0: none. */
void tui_draw(struct tui *t, int *x, int *y);
/* Redraws one pane's sheet; NULL: there is no such view. */
struct pane *tui_pane(struct tui *t, const char *view);
/* Brings a view to the screen, with the focus. False: none of this name has a pane. */
bool tui_show(struct tui *t, const char *view);
struct box tui_room(const struct tui *t);

/* The panes of a page that are on the screen; page PAGES is the lesson's. Returns how many. */
unsigned tui_layout(const struct tui *t, unsigned page, const struct box *room, struct layout_pane pane[PANES_MAX]);

/* A line for the bottom of the screen. */
void tui_note(struct tui *t, enum look look, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Runs a command as if it had been typed. `quiet`: its answer need not be shown but for its last line. */
void tui_command(struct tui *t, const char *line, bool quiet);
/* explain.c: the overlay that explains the pane with the focus, and the keys. */
void tui_explain(struct tui *t);

/* lesson.c: keys of a lesson, and its wishes, granted between two commands. */
bool tui_lesson_key(struct tui *t, int key);
void tui_lesson_work(struct tui *t);
/* Plays a lesson, by number or name. An exit status. */
int tui_lesson(const char *word, const struct options *said);

/* svg.c: the cells as a picture. 0, or -1 with errno set. */
int svg_write(const struct grid *g, const char *path);

/* Nothing is shown yet: the first page, in a grid of no size. */
void tui_init(struct tui *t, struct debugger *d, struct shell *sh);
void tui_free(struct tui *t);
/* screen.c: opens the terminal and plays until the user leaves; `start`: a command to begin with, or NULL. An exit status. */
int tui_run(const struct options *o, const char *start);
/* The same, over a debugger that is open; `play`: a lesson, or NULL. Neither is closed. */
int tui_play(struct debugger *d, struct shell *sh, struct lesson_play *play, const char *start);

#endif
