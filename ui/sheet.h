/* SPDX-License-Identifier: MIT */
/*
 * A sheet: lines of text with looks. Everything that the debugger shows exists once, as a sheet: the shell prints it, the
 * screen puts it into a pane, a picture is made of it. A look never says what the words do not say as well, so that a
 * sheet without looks (NO_COLOR, a file, a screen reader) has lost nothing.
 *
 * Ownership: a sheet owns its text. A zeroed sheet is empty. When memory runs out, text is left out.
 */
#ifndef UI_SHEET_H
#define UI_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum look {
    LOOK_PLAIN,
    LOOK_LABEL,    /* names of things, column heads */
    LOOK_FAINT,    /* there, but not what is looked for */
    LOOK_CHANGED,  /* differs from the last stop; the text says so with '*' */
    LOOK_HERE,     /* the next instruction, the current step; the text says so with "=>" */
    LOOK_USER,     /* guest, user mode */
    LOOK_KERNEL,   /* guest, kernel mode */
    LOOK_MONITOR,  /* the monitor */
    LOOK_HARDWARE, /* what the hardware holds */
    LOOK_STALE,    /* in the TLB, but no longer what the tables say */
    LOOK_BAD,      /* faults, errors */
    LOOK_GOOD,
    LOOKS
};

struct span {
    uint32_t at, size; /* bytes in the sheet's text */
    uint8_t look;
};

struct line {
    uint32_t first, spans; /* in the sheet's spans */
    int width;             /* columns */
    bool marked;           /* worth keeping in sight: the next instruction, the newest entry */
};

struct sheet {
    char *text;
    struct span *span;
    struct line *line;
    size_t text_size, spans, lines; /* `lines` counts finished ones */
    size_t text_room, span_room, line_room;
    struct line open; /* the line in progress */
    int limit;        /* columns; what lies beyond is cut off. 0: none */
};

void sheet_clear(struct sheet *s);
void sheet_free(struct sheet *s);

/* Adds to the line in progress. Control characters become '?'. Newlines do not end lines. */
void sheet_put(struct sheet *s, enum look look, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void sheet_text(struct sheet *s, enum look look, const char *text);
/* Blanks up to a column; where the line is already there, one blank. */
void sheet_to(struct sheet *s, int column);
/* Keeps the line in progress in sight. */
void sheet_mark(struct sheet *s);
void sheet_end(struct sheet *s);
/* put and end in one. */
void sheet_line(struct sheet *s, enum look look, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A paragraph, broken to `width` columns. */
void sheet_wrap(struct sheet *s, enum look look, int width, const char *text);
/* The same in the columns from `column` on: a heading may stand before its first line. */
void sheet_hang(struct sheet *s, enum look look, int column, int width, const char *text);
/* All finished lines of `from` follow. */
void sheet_append(struct sheet *s, const struct sheet *from);

/* The bytes of a line, up to `room` - 1 of them; returns `to`. */
const char *sheet_copy(const struct sheet *s, size_t line, char *to, size_t room);
/* Line after line, from line `first` on; bold where a look is strong and the stream is a terminal. */
void sheet_print(const struct sheet *s, size_t first, FILE *f);

#endif
