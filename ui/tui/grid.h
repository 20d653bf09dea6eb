/* SPDX-License-Identifier: MIT */
/*
 * The screen as cells, before any terminal has seen it. Panes draw here; term.c puts the cells on the terminal, svg.c
 * makes a picture of them. One character has one or two columns; a wide one's second cell is empty.
 */
#ifndef UI_TUI_GRID_H
#define UI_TUI_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/sheet.h"

enum { CELL_BYTES = 16, GRID_MAX = 500 }; /* a character with its combining marks; columns, rows */

struct cell {
    char text[CELL_BYTES]; /* UTF-8; "": the second half of a wide character */
    unsigned char look;    /* enum look */
    bool reverse;          /* focus, a match of a search: marked with signs as well */
};

struct grid {
    int width, height;
    bool ascii;        /* nothing outside ASCII may be used for drawing */
    bool ambiguous;    /* the terminal draws characters of ambiguous width in two columns: they are replaced */
    struct cell *cell; /* owned */
};

struct box {
    int x, y, width, height;
};

/* All blank, in this size. -1: out of memory. */
int grid_resize(struct grid *g, int width, int height);
void grid_free(struct grid *g);
void grid_clear(struct grid *g);
/* Text from (x, y) on, cut at column `end`. Returns the column behind it. */
int grid_text(struct grid *g, int x, int y, int end, enum look look, bool reverse, const char *text);
/* Up to column `end`. */
void grid_fill(struct grid *g, int x, int y, int end, enum look look, bool reverse, const char *character);
/* One line of a sheet, from its column `skip` on. */
void grid_line(struct grid *g, const struct box *b, int row, const struct sheet *s, size_t line, int skip);
/* Marks the places where `needle` stands in a row of the box, in any case of letters. */
void grid_match(struct grid *g, const struct box *b, int row, const char *needle);

static inline struct cell *grid_at(const struct grid *g, int x, int y)
{
    return &g->cell[y * g->width + x];
}

#endif
