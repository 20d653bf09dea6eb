/* SPDX-License-Identifier: MIT */
/* make READLINE=no: lines as the terminal edits them, no history, no completion. */
#include <stddef.h>

#include "ui/shell/line.h"
#include "ui/shell/line_plain.h"

void line_open(struct shell *sh)
{
    (void)sh;
}

void line_close(void)
{
}

char *line_read(const char *prompt)
{
    return plain_read(line_is_typed() ? prompt : NULL);
}
