/* SPDX-License-Identifier: MIT */
/* The parts of a lesson's page, for what is not the pane. */
#ifndef UI_LESSON_PAGE_H
#define UI_LESSON_PAGE_H

struct lesson_play;
struct sheet;

void page_heading(const struct lesson_play *p, int width, struct sheet *s);
void page_text(const struct lesson_play *p, int width, struct sheet *s);
void page_verdict(const struct lesson_play *p, int width, struct sheet *s);

#endif
