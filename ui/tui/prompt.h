/* SPDX-License-Identifier: MIT */
/* One line of text being typed: the command line, or what to search for. */
#ifndef UI_TUI_PROMPT_H
#define UI_TUI_PROMPT_H

#include <stdbool.h>

#include "ui/tui/grid.h"

struct shell;

enum { PROMPT_ROOM = 1024, PROMPT_HISTORY = 64 };

enum prompt_kind { PROMPT_NONE, PROMPT_COMMAND, PROMPT_SEARCH };
enum prompt_result { PROMPT_GOES_ON, PROMPT_ENTERED, PROMPT_LEFT };

struct prompt {
    enum prompt_kind kind;
    char text[PROMPT_ROOM]; /* UTF-8 */
    unsigned size, at;      /* bytes; where the cursor is */
    char history[PROMPT_HISTORY][PROMPT_ROOM];
    unsigned lines, browsed; /* lines in the history; which of them is shown (0: what is being typed) */
    unsigned completion;     /* which completion is shown, if Tab was the last key */
    char typed[PROMPT_ROOM]; /* what it completes */
};

void prompt_open(struct prompt *p, enum prompt_kind kind, const char *text);
/* A key. ENTERED: the line is whole; LEFT: it was given up. `sh` completes. */
enum prompt_result prompt_key(struct prompt *p, struct shell *sh, int key);
/* Keeps the line for the arrow keys. */
void prompt_remember(struct prompt *p);
/* Draws it in a row; returns the cursor's column. */
int prompt_draw(const struct prompt *p, struct grid *g, int y);

#endif
