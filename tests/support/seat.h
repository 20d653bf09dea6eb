/* SPDX-License-Identifier: MIT */
/* A guest in a debugger, for tests of what there is to see of it. */
#ifndef TESTS_SUPPORT_SEAT_H
#define TESTS_SUPPORT_SEAT_H

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdint.h>

#include "ui/debug/debugger.h"
#include "ui/sheet.h"

enum { TEXT = 1 << 19, PATH = 64 };

struct seat {
    struct debugger d;
    char path[PATH];
    struct sheet s;
    char text[TEXT]; /* the view drawn last */
};

/* technique: its name, with "+v" behind it for a virtualizable CPU. */
void seat_open(struct seat *g, const char *guest, const char *technique);
void seat_close(struct seat *g);
void seat_go(struct seat *g, enum goal_kind kind, uint64_t count);
uint32_t seat_address(const struct seat *g, const char *name);
/* Steps to an address, so that every step is recorded as one. */
void seat_step_to(struct seat *g, const char *name);
/* The text of a view; a line each. */
const char *seat_shows(struct seat *g, const char *view, int width, int height);
bool seat_says(struct seat *g, const char *view, const char *what);
/* The first line that contains `what`, or "". */
const char *seat_line(struct seat *g, const char *view, const char *what);

#define SAYS(g_, view_, what_) cr_assert(seat_says(g_, view_, what_), "%s: no \"%s\" in\n%s", view_, what_, (g_)->text)
#define SAYS_NOT(g_, view_, what_)                                                                                     \
    cr_assert(!seat_says(g_, view_, what_), "%s: \"%s\" in\n%s", view_, what_, (g_)->text)

#endif
