/* SPDX-License-Identifier: MIT */
/* Text in columns, where a Chinese character takes two, and the few ornaments that a plain terminal allows. */
#ifndef UI_TEXT_H
#define UI_TEXT_H

#include <stdbool.h>
#include <stdio.h>

/* Columns that a UTF-8 text takes. */
int text_width(const char *s);
/* Writes it and fills up to `width` columns; returns its own width. */
int text_put(FILE *f, const char *s, int width);
/* A paragraph, broken at spaces (and anywhere in Chinese) so as to end before column `width`. */
void text_wrap(FILE *f, const char *s, int indent, int width);
/* A rule with a title in it. */
void text_rule(FILE *f, const char *title, int width, bool ascii);

/* Bold, on a terminal that may be coloured (NO_COLOR); else "". */
const char *text_bold(FILE *f);
const char *text_plain(FILE *f);

#endif
