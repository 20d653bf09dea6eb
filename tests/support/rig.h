/* SPDX-License-Identifier: MIT */
/* A debugger and its shell on a micro guest, driven as a face drives them, and what they said as one text. */
#ifndef TESTS_SUPPORT_RIG_H
#define TESTS_SUPPORT_RIG_H

#include <stddef.h>

#include "ui/debug/debugger.h"
#include "ui/shell/shell.h"

enum { ENDS = 4, SAID_ROOM = 1 << 16 };
/* "native", "emulate", "trap+v" (--cpu virtualizable), "trap". */
extern const char *const technique_words[ENDS];

struct rig {
    struct debugger d;
    struct shell sh;
    char guest[200];
    char said[SAID_ROOM]; /* by the last rig_do() */
};

/* A stage of its own for each call, so that two can be compared. */
struct rig *rig_open(const char *guest, const char *technique);
void rig_close(struct rig *s);
/* One line, and all that comes of it. Returns what was said, line by line. */
const char *rig_do(struct rig *s, const char *line);

#endif
