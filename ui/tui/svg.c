/* SPDX-License-Identifier: MIT */
/*
 * The screen as a picture: an SVG in which each character has its own x, so that columns stay columns whatever font the
 * viewer has, Chinese characters included. Some viewers heed only the first x of a text, so that each word of ASCII, and
 * each other character, is a text of its own. Looks are classes; their colours stand once, at the top.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ui/tui/tui.h"

enum { CELL_W = 9, CELL_H = 19, BASELINE = 14, MARGIN = 8 };

static const char head[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
    "<style>text{font:15px 'DejaVu Sans Mono','Noto Sans Mono CJK SC','Noto Sans CJK SC','WenQuanYi Zen Hei',monospace;"
    "white-space:pre;fill:#d0d0d0}.r{fill:#16181d}.b{fill:#d0d0d0}.k%d,.k%d,.k%d,.k%d{font-weight:bold}"
    ".k%d{fill:#8a8f98}.k%d{fill:#f0c674}.k%d{fill:#8fd48f}.k%d{fill:#7fd0d8}.k%d{fill:#82aaff}.k%d{fill:#d19ae0}"
    ".k%d{fill:#7fd0d8}.k%d{fill:#f0c674;text-decoration:underline}.k%d{fill:#ff7b72}.k%d{fill:#8fd48f}"
    ".r{fill:#16181d!important}</style>\n"
    "<rect width=\"100%%\" height=\"100%%\" fill=\"#16181d\"/>\n";

static int left_of(int column)
{
    return MARGIN + column * CELL_W;
}

static int top_of(int row)
{
    return MARGIN + row * CELL_H;
}

static bool blank(const struct cell *c)
{
    return !c->text[0] || strcmp(c->text, " ") == 0;
}

static void escaped(FILE *f, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&': fputs("&amp;", f); break;
        case '<': fputs("&lt;", f); break;
        case '>': fputs("&gt;", f); break;
        default: fputc(*text, f);
        }
}

static bool plain(const struct cell *c)
{
    return !blank(c) && (unsigned char)c->text[0] < 0x80 && !c->text[1];
}

/* The end of the text that begins at cell `from`: a word, or one character that is not ASCII. */
static int text_end(const struct grid *g, int y, int from, int to)
{
    int x = from + 1;

    if (plain(grid_at(g, from, y)))
        while (x < to && plain(grid_at(g, x, y)))
            x++;
    return x;
}

static void text(FILE *f, const struct grid *g, int y, int from, int to)
{
    const struct cell *first = grid_at(g, from, y);

    fprintf(f, "<text class=\"k%d%s\" y=\"%d\" x=\"%d", first->look, first->reverse ? " r" : "", top_of(y) + BASELINE,
            left_of(from));
    for (int x = from + 1; x < to; x++)
        fprintf(f, " %d", left_of(x));
    fputs("\">", f);
    for (int x = from; x < to; x++)
        escaped(f, grid_at(g, x, y)->text);
    fputs("</text>\n", f);
}

/* Cells from `from` on that look alike: where they end. */
static int alike(const struct grid *g, int y, int from)
{
    const struct cell *first = grid_at(g, from, y);
    int x = from + 1;

    while (x < g->width && grid_at(g, x, y)->look == first->look && grid_at(g, x, y)->reverse == first->reverse)
        x++;
    return x;
}

static void run(FILE *f, const struct grid *g, int y, int from, int to)
{
    if (grid_at(g, from, y)->reverse)
        fprintf(f, "<rect class=\"b\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", left_of(from), top_of(y),
                (to - from) * CELL_W, CELL_H);
    for (int x = from, end; x < to; x = end) {
        end = text_end(g, y, x, to);
        if (!blank(grid_at(g, x, y)))
            text(f, g, y, x, end);
    }
}

int svg_write(const struct grid *g, const char *path)
{
    int width = 2 * MARGIN + g->width * CELL_W, height = 2 * MARGIN + g->height * CELL_H;
    FILE *f;

    if (strlen(path) < 5 || strcmp(path + strlen(path) - 4, ".svg") != 0) {
        errno = EINVAL;
        return -1;
    }
    f = fopen(path, "w");
    if (!f)
        return -1;
    fprintf(f, head, width, height, width, height, LOOK_LABEL, LOOK_CHANGED, LOOK_HERE, LOOK_BAD, LOOK_FAINT,
            LOOK_CHANGED, LOOK_HERE, LOOK_USER, LOOK_KERNEL, LOOK_MONITOR, LOOK_HARDWARE, LOOK_STALE, LOOK_BAD,
            LOOK_GOOD);
    for (int y = 0; y < g->height; y++)
        for (int x = 0, end; x < g->width; x = end) {
            end = alike(g, y, x);
            run(f, g, y, x, end);
        }
    fputs("</svg>\n", f);
    return ferror(f) | fclose(f) ? -1 : 0;
}
