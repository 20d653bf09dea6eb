/* SPDX-License-Identifier: MIT */
#include "ui/tui/layout.h"

#include <stdio.h>
#include <string.h>

#include "ui/i18n.h"
#include "ui/view/view.h"

enum { COLUMNS_MAX = 3, ROWS_MAX = 5 };

/*
 * A column of panes. Shares are parts of the whole: of the width for a column, of the height for a pane. A view that has
 * nothing to show under the technique of the moment has no pane, and the others have its room; of "this|that" the first
 * stands there that has something to show.
 */
struct column {
    int share;
    struct {
        const char *views;
        int share;
    } pane[ROWS_MAX];
};

static const char *const page_name[PAGES + 1] = {N_("step"),    N_("memory"),  N_("guest"), N_("cost"),
                                                 N_("predict"), N_("monitor"), N_("lesson")};

/* Smallest terminal first. In each of its pages the status line shows CR3 of both CPUs. */
static const struct set {
    int width, height; /* from this size of the box on */
    struct column page[PAGES][COLUMNS_MAX];
} set[] = {
    {0,
     0,
     {{{42, {{"code", 13}, {"log", 9}}}, {38, {{"registers", 12}, {"vmexit", 10}}}},
      {{80, {{"walk", 15}, {"tlb", 7}}}},
      {{80, {{"vga", 15}, {"console", 7}}}},
      {{42, {{"statistics", 22}}}, {38, {{"scoreboard", 13}, {"chart", 9}}}},
      {{42, {{"code", 11}, {"predict", 11}}}, {38, {{"registers", 14}, {"memory", 8}}}},
      {{42, {{"vmcs|vmm", 22}}}, {38, {{"vmexit|exits", 22}}}}}},
    {118,
     36,
     {{{66, {{"code", 15}, {"walk", 13}, {"log", 10}}}, {54, {{"registers", 19}, {"tlb", 9}, {"vmexit|chart", 10}}}},
      {{60, {{"walk", 20}, {"memory", 18}}}, {60, {{"tlb", 24}, {"registers", 14}}}},
      {{82, {{"vga", 27}, {"console", 11}}}, {38, {{"registers", 24}, {"log", 14}}}},
      {{60, {{"chart", 12}, {"log", 26}}}, {60, {{"statistics", 26}, {"scoreboard", 12}}}},
      {{60, {{"predict", 14}, {"code", 24}}}, {60, {{"registers", 26}, {"log", 12}}}},
      {{60, {{"vmcs|vmm", 38}}}, {60, {{"vmexit|exits", 22}, {"log", 16}}}}}},
    {156,
     46,
     {{{60, {{"code", 22}, {"log", 14}, {"console", 12}}},
       {58, {{"walk", 22}, {"vmexit|chart", 10}, {"vmcs|memory", 16}}},
       {42, {{"registers", 32}, {"tlb", 16}}}},
      {{80, {{"walk", 24}, {"memory", 24}}}, {80, {{"tlb", 30}, {"registers", 18}}}},
      {{82, {{"vga", 27}, {"console", 21}}}, {78, {{"registers", 24}, {"log", 24}}}},
      {{80, {{"chart", 14}, {"log", 34}}}, {80, {{"statistics", 36}, {"scoreboard", 12}}}},
      {{80, {{"predict", 16}, {"code", 32}}}, {80, {{"registers", 32}, {"log", 16}}}},
      {{80, {{"vmcs|vmm", 48}}}, {80, {{"vmexit|exits", 28}, {"log", 20}}}}}},
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

/* Of "this|that", the one that is there; or NULL. */
static const char *shown(const struct debugger *d, const char *views)
{
    char name[32];

    for (size_t n; n = strcspn(views, "|"), n; views += n + (views[n] == '|')) {
        (void)snprintf(name, sizeof name, "%.*s", (int)n, views);
        if (view_there(d, name))
            return view_find(name)->name;
    }
    return NULL;
}

static unsigned column(const struct debugger *d, const struct column *c, const struct box *b, struct layout_pane *pane)
{
    int sum = 0, before = 0;
    unsigned n = 0;

    for (unsigned i = 0; i < ROWS_MAX && c->pane[i].views; i++)
        sum += shown(d, c->pane[i].views) ? c->pane[i].share : 0;
    for (unsigned i = 0; i < ROWS_MAX && c->pane[i].views; i++) {
        const char *view = shown(d, c->pane[i].views);
        int top = begins(b->height, before, sum);

        if (!view)
            continue;
        before += c->pane[i].share;
        pane[n].view = view;
        pane[n++].box = (struct box){b->x, b->y + top, b->width, begins(b->height, before, sum) - top};
    }
    return n;
}

static unsigned columns(const struct debugger *d, const struct column c[COLUMNS_MAX], const struct box *room,
                        struct layout_pane *pane)
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
        n += column(d, &c[i], &(struct box){room->x + left, room->y, right - left - (before < sum), room->height},
                    pane + n);
    }
    return n;
}

unsigned layout(const struct debugger *d, unsigned page, const struct box *room, struct layout_pane pane[PANES_MAX])
{
    return columns(d, set_for(room)->page[page], room, pane);
}

unsigned layout_beside(const struct debugger *d, const struct box *room, const char *view, const char *const beside[3],
                       struct layout_pane pane[PANES_MAX])
{
    struct column c[COLUMNS_MAX] = {{42, {{view, 1}}}, {38, {{NULL, 0}}}};

    for (unsigned i = 0; i < 3 && beside[i]; i++) {
        c[1].pane[i].views = beside[i];
        c[1].pane[i].share = 1;
    }
    return columns(d, c, room, pane);
}

const char *layout_page_name(unsigned page)
{
    return _(page_name[page]);
}

int layout_page_with(const struct debugger *d, const struct box *room, const char *view)
{
    struct layout_pane pane[PANES_MAX];

    for (unsigned page = 0; page < PAGES; page++)
        for (unsigned i = layout(d, page, room, pane); i-- > 0;)
            if (strcmp(pane[i].view, view) == 0)
                return (int)page;
    return -1;
}
