/* SPDX-License-Identifier: MIT */
#include "ui/tui/grid.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ui/text.h"

int grid_resize(struct grid *g, int width, int height)
{
    struct cell *cell;

    if (width < 1 || height < 1 || width > GRID_MAX || height > GRID_MAX)
        return -1;
    cell = realloc(g->cell, (size_t)width * (size_t)height * sizeof *cell);
    if (!cell)
        return -1;
    g->cell = cell;
    g->width = width;
    g->height = height;
    grid_clear(g);
    return 0;
}

void grid_free(struct grid *g)
{
    free(g->cell);
    g->cell = NULL;
}

void grid_clear(struct grid *g)
{
    for (int i = 0; i < g->width * g->height; i++)
        g->cell[i] = (struct cell){.text = " "};
}

/* What stands in for a character that this terminal cannot draw in one column. */
static const char *plain(const char *text)
{
    static const char *const pair[][2] = {{"─", "-"}, {"│", "|"}, {"→", ">"}, {"←", "<"}, {"“", "\""}, {"”", "\""},
                                          {"‘", "'"}, {"’", "'"}, {"—", "-"}, {"…", "."}, {"·", "."},  {"×", "x"},
                                          {"▶", ">"}, {"█", "#"}, {"▓", "#"}, {"▒", "+"}, {"░", "."},  {"■", "#"},
                                          {"═", "="}, {"║", "|"}, {"≥", ">"}, {"≤", "<"}, {"↑", "^"},  {"↓", "v"}};

    for (size_t i = 0; i < sizeof pair / sizeof pair[0]; i++)
        if (strcmp(text, pair[i][0]) == 0)
            return pair[i][1];
    return text_ambiguous(text) ? "?" : text;
}

/* A wide character that loses a half loses both. */
static void clear_half(struct grid *g, int x, int y)
{
    struct cell *c = grid_at(g, x, y);

    if (!c->text[0] && x > 0)
        memcpy(grid_at(g, x - 1, y)->text, " ", 2);
    if (c->text[0] && x + 1 < g->width && !grid_at(g, x + 1, y)->text[0])
        memcpy(grid_at(g, x + 1, y)->text, " ", 2);
}

static void put(struct grid *g, int x, int y, enum look look, bool reverse, const char *text, int columns)
{
    for (int i = 0; i < columns; i++) {
        struct cell *c = grid_at(g, x + i, y);

        clear_half(g, x + i, y);
        *c = (struct cell){.look = (unsigned char)look, .reverse = reverse};
    }
    strcpy(grid_at(g, x, y)->text, text);
}

/* A mark that stands over the character before it. */
static void combine(struct grid *g, int x, int y, const char *mark)
{
    struct cell *c;

    if (x <= 0)
        return;
    c = grid_at(g, x - 1, y);
    if (!c->text[0] && x > 1)
        c = grid_at(g, x - 2, y);
    if (strlen(c->text) + strlen(mark) < sizeof c->text)
        strcat(c->text, mark);
}

int grid_text(struct grid *g, int x, int y, int end, enum look look, bool reverse, const char *text)
{
    char one[CELL_BYTES];
    size_t n;
    int columns;

    if (y < 0 || y >= g->height)
        return x;
    if (end > g->width)
        end = g->width;
    for (; *text && x < end; text += n) {
        const char *shown = one;

        n = text_next(text, &columns);
        if (n >= sizeof one)
            continue;
        memcpy(one, text, n);
        one[n] = '\0';
        if (n == 1 && ((unsigned char)*one < ' ' || (unsigned char)*one > '~'))
            memcpy(one, "?", 2); /* no character of this encoding */
        if (g->ambiguous)
            shown = plain(one);
        if (x + columns > end)
            break;
        if (columns == 0)
            combine(g, x, y, shown);
        else if (x >= 0)
            put(g, x, y, look, reverse, shown, columns);
        x += columns;
    }
    return x;
}

void grid_fill(struct grid *g, int x, int y, int end, enum look look, bool reverse, const char *character)
{
    while (x < end && x < g->width)
        x = grid_text(g, x, y, end, look, reverse, character);
}

/* The text of a span, in pieces that fit a buffer; a piece ends between two characters. */
static int span(struct grid *g, int x, const struct box *b, int y, enum look look, const char *text, size_t n)
{
    char piece[256];

    while (n && x < b->x + b->width) {
        size_t part = n < sizeof piece ? n : sizeof piece - 1;

        while (part < n && part > 1 && ((unsigned char)text[part] & 0xc0) == 0x80)
            part--;
        memcpy(piece, text, part);
        piece[part] = '\0';
        x = grid_text(g, x, y, b->x + b->width, look, false, piece);
        text += part;
        n -= part;
    }
    return x;
}

/* What lies left of the box after scrolling is skipped, character by character. */
static const char *skipped(const char *text, size_t *n, int *skip)
{
    int columns;

    while (*n && *skip > 0) {
        size_t bytes = text_next(text, &columns);

        if (bytes > *n)
            bytes = *n;
        text += bytes;
        *n -= bytes;
        *skip -= columns;
    }
    return text;
}

void grid_line(struct grid *g, const struct box *b, int row, const struct sheet *s, size_t line, int skip)
{
    const struct line *l = &s->line[line];
    int x = b->x;

    for (unsigned i = 0; i < l->spans; i++) {
        const struct span *p = &s->span[l->first + i];
        size_t n = p->size;
        const char *text = skipped(s->text + p->at, &n, &skip);

        x = span(g, x, b, b->y + row, (enum look)p->look, text, n);
    }
}

void grid_match(struct grid *g, const struct box *b, int row, const char *needle)
{
    char text[GRID_MAX * CELL_BYTES];
    int column[GRID_MAX * CELL_BYTES];
    size_t used = 0, n = strlen(needle);

    for (int x = b->x; x < b->x + b->width && x < g->width; x++) {
        const char *c = grid_at(g, x, b->y + row)->text;

        for (; *c; c++) {
            column[used] = x;
            text[used++] = *c;
        }
    }
    for (size_t i = 0; n && i + n <= used; i++)
        if (strncasecmp(text + i, needle, n) == 0)
            for (size_t k = 0; k < n; k++)
                grid_at(g, column[i + k], b->y + row)->reverse = true;
}
