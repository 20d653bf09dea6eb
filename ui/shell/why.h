/* SPDX-License-Identifier: MIT */
/* `why`: what an access would do, told from the tables as they stand. It looks and disturbs nothing. */
#ifndef UI_SHELL_WHY_H
#define UI_SHELL_WHY_H

#include "ui/debug/facts.h"

struct sheet;

/* One paragraph. */
void why_answer(const struct debugger *d, const struct question *q, int width, struct sheet *s);

#endif
