/* SPDX-License-Identifier: MIT */
/* The little of Markdown that lessons use, on a sheet: paragraphs, items, lines of code. */
#ifndef UI_LESSON_MARKDOWN_H
#define UI_LESSON_MARKDOWN_H

struct sheet;

void markdown_draw(struct sheet *s, int width, const char *text);

#endif
