/* SPDX-License-Identifier: MIT */
/* `why`: what an access would do, told from the tables as they stand. It looks and disturbs nothing. */
#ifndef UI_SHELL_WHY_H
#define UI_SHELL_WHY_H

#include <stdbool.h>

#include "interp/addr.h"

struct debugger;
struct sheet;

enum access_kind { ACCESS_IS_READ, ACCESS_IS_WRITE, ACCESS_IS_EXEC };

struct question {
    gva_t at;
    enum access_kind kind;
    bool user;
};

/* One paragraph. */
void why_answer(const struct debugger *d, const struct question *q, int width, struct sheet *s);

#endif
