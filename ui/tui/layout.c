/* SPDX-License-Identifier: MIT */
#include "ui/tui/layout.h"

#include <string.h>

#include "ui/i18n.h"

enum { COLUMNS_MAX = 3, ROWS_MAX = 5 };

/* A column of panes. Shares are parts of the whole: of the width for a column, of the height for a pane. */
struct column {
    int share;
    struct {
        const char *view;
        int share;
    } pane[ROWS_MAX];
};

static const char *const page_name[PAGES + 1] = {N_("step"), N_("memory"),  N_("guest"),
                                                 N_("cost"), N_("predict"), N_("lesson")};

/* Smallest terminal first. In each of its pages the status line shows CR3 of both CPUs. */
static const struct set {
    int width, height; /* from this size of the box on */
    struct column page[PAGES][COLUMNS_MAX];
} set[] = {
    {0,
     0,
     {{{42, {{"code", 13}, {"log", 9}}}, {38, {{"registers", 22}}}},
      {{80, {{"walk", 14}, {"tlb", 8}}}},
      {{80, {{"vga", 15}, {"console", 7}}}},
      {{42, {{"statistics", 22}}}, {38, {{"scoreboard", 13}, {"chart", 9}}}},
      {{42, {{"code", 11}, {"predict", 11}}}, {38, {{"registers", 14}, {"memory", 8}}}}}},
    {118,
     36,
     {{{66, {{"code", 15}, {"walk", 13}, {"log", 10}}}, {54, {{"registers", 22}, {"tlb", 9}, {"chart", 7}}}},
      {{60, {{"walk", 20}, {"memory", 18}}}, {60, {{"tlb", 24}, {"registers", 14}}}},
      {{82, {{"vga", 27}, {"console", 11}}}, {38, {{"registers", 24}, {"log", 14}}}},
      {{60, {{"chart", 12}, {"log", 26}}}, {60, {{"statistics", 26}, {"scoreboard", 12}}}},
      {{60, {{"predict", 14}, {"code", 24}}}, {60, {{"registers", 26}, {"log", 12}}}}}},
    {156,
     46,
     {{{60, {{"code", 22}, {"log", 14}, {"console", 12}}},
       {58, {{"walk", 22}, {"chart", 10}, {"memory", 16}}},
       {42, {{"registers", 32}, {"tlb", 16}}}},
      {{80, {{"walk", 24}, {"memory", 24}}}, {80, {{"tlb", 30}, {"registers", 18}}}},
      {{82, {{"vga", 27}, {"console", 21}}}, {78, {{"registers", 24}, {"log", 24}}}},
      {{80, {{"chart", 14}, {"log", 34}}}, {80, {{"statistics", 36}, {"scoreboard", 12}}}},
      {{80, {{"predict", 16}, {"code", 32}}}, {80, {{"registers", 32}, {"log", 16}}}}}},
};

static const struct set *set_for(const struct box *room)
{
    const struct set *fits = &set[0];

    for (unsigned i = 1; i < sizeof set / sizeof set[0]; i++)
        if (room->width >= set[i].width && room->height >= set[i].height)
            fits = &set[i];
    return fits;
}

/* Where the n-th of shares begins when `whole` cells are divided by them. */
static int begins(int whole, int before, int sum)
{
    return (whole * before + sum / 2) / sum;
}

static unsigned column(const struct column *c, const struct box *b, struct layout_pane *pane)
{
    int sum = 0, before = 0;
    unsigned n = 0;

    for (unsigned i = 0; i < ROWS_MAX && c->pane[i].view; i++)
        sum += c->pane[i].share;
    for (; n < ROWS_MAX && c->pane[n].view; n++) {
        int top = begins(b->height, before, sum);

        before += c->pane[n].share;
        pane[n].view = c->pane[n].view;
        pane[n].box = (struct box){b->x, b->y + top, b->width, begins(b->height, before, sum) - top};
    }
    return n;
}

static unsigned columns(const struct column c[COLUMNS_MAX], const struct box *room, struct layout_pane *pane)
{
    int sum = 0, before = 0;
    unsigned n = 0;

    for (unsigned i = 0; i < COLUMNS_MAX; i++)
        sum += c[i].share;
    for (unsigned i = 0; i < COLUMNS_MAX && c[i].share; i++) {
        int left = begins(room->width, before, sum), right;

        before += c[i].share;
        right = begins(room->width, before, sum);
        /* One column of cells between two columns of panes is a line. */
        n += column(&c[i], &(struct box){room->x + left, room->y, right - left - (before < sum), room->height},
                    pane + n);
    }
    return n;
}

unsigned layout(unsigned page, const struct box *room, struct layout_pane pane[PANES_MAX])
{
    return columns(set_for(room)->page[page], room, pane);
}

unsigned layout_beside(const struct box *room, const char *view, const char *const beside[3],
                       struct layout_pane pane[PANES_MAX])
{
    struct column c[COLUMNS_MAX] = {{42, {{view, 1}}}, {38, {{NULL, 0}}}};

    for (unsigned i = 0; i < 3 && beside[i]; i++) {
        c[1].pane[i].view = beside[i];
        c[1].pane[i].share = 1;
    }
    return columns(c, room, pane);
}

const char *layout_page_name(unsigned page)
{
    return _(page_name[page]);
}

int layout_page_with(const struct box *room, const char *view)
{
    struct layout_pane pane[PANES_MAX];

    for (unsigned page = 0; page < PAGES; page++)
        for (unsigned i = layout(page, room, pane); i-- > 0;)
            if (strcmp(pane[i].view, view) == 0)
                return (int)page;
    return -1;
}
