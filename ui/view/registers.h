/* SPDX-License-Identifier: MIT */
/* The part of the registers that a world switch is about, at two moments: for those that tell of one. */
#ifndef UI_VIEW_REGISTERS_H
#define UI_VIEW_REGISTERS_H

struct registers_of_both;
struct sheet;

/* What differs from `before` is marked. */
void registers_brief(const struct registers_of_both *now, const struct registers_of_both *before, int width,
                     struct sheet *s);

#endif
