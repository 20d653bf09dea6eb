/* SPDX-License-Identifier: MIT */
/* Text in columns, where a Chinese character takes two, and the few ornaments that a plain terminal allows. */
#ifndef UI_TEXT_H
#define UI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The first character of a text that is not empty: its bytes; its columns. What is no character is one byte, one column. */
size_t text_next(const char *s, int *columns);
/* Is it a character that some terminals, set up for East Asia, draw in two columns (Unicode Annex 11, class A)? */
bool text_ambiguous(const char *s);
/* Columns that a UTF-8 text takes. */
int text_width(const char *s);
/* Writes it and fills up to `width` columns; returns its own width. */
int text_put(FILE *f, const char *s, int width);
/* How many bytes of it fit into `columns`. */
size_t text_fit(const char *s, int columns);
/* Where the first line of a paragraph begins (blanks skipped; NULL: nothing is left) and how many bytes fit into it. */
const char *text_broken(const char *s, int width, size_t *n);
/* A paragraph, broken at spaces (and anywhere in Chinese) so as to end before column `width`. */
void text_wrap(FILE *f, const char *s, int indent, int width);
/* A rule with a title in it. */
void text_rule(FILE *f, const char *title, int width, bool ascii);

/* Bold, on a terminal that may be coloured (NO_COLOR); else "". */
const char *text_bold(FILE *f);
const char *text_plain(FILE *f);

#endif
