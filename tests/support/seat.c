/* SPDX-License-Identifier: MIT */
#include "tests/support/seat.h"

#include <stdio.h>
#include <string.h>

#include "interp/symbols.h"
#include "ui/view/view.h"

void seat_open(struct seat *g, const char *guest, const char *technique)
{
    char name[32];
    struct options o;

    options_init(&o);
    (void)sscanf(technique, "%31[^+]", name);
    cr_assert_eq(take_mode(&o, name), TAKEN);
    o.virtualizable = strstr(technique, "+v");
    o.mmu = strstr(technique, "+s") ? "shadow" : NULL;
    o.mem = 16 << 20;
    (void)snprintf(g->path, sizeof g->path, "build/guests/micro/%s.elf", guest);
    o.word = g->path;
    memset(&g->s, 0, sizeof g->s);
    cr_assert_eq(debug_open(&g->d, &o), 0);
}

void seat_close(struct seat *g)
{
    debug_close(&g->d);
    sheet_free(&g->s);
}

void seat_go(struct seat *g, enum goal_kind kind, uint64_t count)
{
    const struct goal goal = {.kind = kind, .count = count};

    if (debug_start(&g->d, &goal) == 0)
        while (debug_advance(&g->d, 1000000000))
            ;
}

uint32_t seat_address(const struct seat *g, const char *name)
{
    const struct symbol *y = symbols_find(g->d.s.symbols, name);

    cr_assert_not_null(y, "%s", name);
    return y->addr;
}

/* Steps to an address, so that every step is recorded as one. */
void seat_step_to(struct seat *g, const char *name)
{
    uint32_t at = seat_address(g, name);

    for (unsigned i = 0; vm_guest(g->d.s.vm)->cpu.eip != at; i++) {
        cr_assert(i < 200000 && !debug_ended(&g->d), "%s", name);
        seat_go(g, GOAL_STEP, 1);
    }
}

/* The text of a view; a line each. */
const char *seat_shows(struct seat *g, const char *view, int width, int height)
{
    const struct view_room room = {.width = width, .height = height};
    const struct view *v = view_find(view);
    char line[1024];
    size_t n = 0;

    cr_assert_not_null(v, "%s", view);
    sheet_clear(&g->s);
    view_draw(v, &g->d, &room, &g->s);
    g->text[0] = '\0';
    for (size_t i = 0; i < g->s.lines && n + sizeof line < TEXT; i++)
        n += (size_t)snprintf(g->text + n, TEXT - n, "%s\n", sheet_copy(&g->s, i, line, sizeof line));
    return g->text;
}

bool seat_says(struct seat *g, const char *view, const char *what)
{
    return strstr(seat_shows(g, view, 118, 20), what);
}

/* The first line that contains `what`, or "". */
const char *seat_line(struct seat *g, const char *view, const char *what)
{
    static char line[1024];

    (void)seat_shows(g, view, 118, 20);
    for (size_t i = 0; i < g->s.lines; i++)
        if (strstr(sheet_copy(&g->s, i, line, sizeof line), what))
            return line;
    return "";
}
