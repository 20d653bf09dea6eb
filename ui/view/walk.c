/* SPDX-License-Identifier: MIT */
/* The walk drawn: three columns side by side where they fit, else one below the other. */
#include "ui/view/walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/text.h"
#include "ui/view/views.h"

enum {
    LABEL = 14,
    ARROW = 2,     /* columns of "=>" before a cell */
    VALUE = 18,    /* of a cell's value */
    ONE_LINE = 40, /* a cell as wide as this has its note beside its value */
    SIDE_BY_SIDE = LABEL + COLUMNS * (ARROW + VALUE + 1)
};

struct drawing {
    const struct debugger *d;
    const struct walk_picture *p;
    unsigned shown;
    int width, cell; /* columns of the sheet, of one cell */
    struct sheet *s;
};

static bool visible(const struct drawing *w, const struct walk_cell *c)
{
    return c->step && c->step <= w->shown;
}

static bool current(const struct drawing *w, unsigned step)
{
    return step == w->shown && w->shown < w->p->steps;
}

static const char *level_name(const struct walk_picture *p, enum walk_level level, char text[WORDS])
{
    switch (level) {
    case LEVEL_ROOT: return "CR3";
    case LEVEL_DIRECTORY: (void)snprintf(text, WORDS, _("directory %03" PRIx32), p->facts.q.at.v >> 22); return text;
    case LEVEL_TABLE: (void)snprintf(text, WORDS, _("table %03" PRIx32), p->facts.q.at.v >> 12 & 0x3ff); return text;
    default: (void)snprintf(text, WORDS, _("page + %03" PRIx32), p->facts.q.at.v & PAGE_OFFSET); return text;
    }
}

/* At most `columns` of a text. */
static void put_cut(struct sheet *s, enum look look, const char *text, int columns)
{
    sheet_put(s, look, "%.*s", (int)text_fit(text, columns), text);
}

static enum look look_of(const struct drawing *w, const struct walk_cell *c, enum walk_column column)
{
    if (c->bad)
        return LOOK_BAD;
    if (current(w, c->step))
        return LOOK_HERE;
    return column == COLUMN_SHADOW ? LOOK_HARDWARE : LOOK_PLAIN;
}

static void put_value(const struct drawing *w, const struct walk_cell *c, enum walk_column column)
{
    sheet_text(w->s, LOOK_HERE, current(w, c->step) ? "=>" : "  ");
    sheet_text(w->s, look_of(w, c, column), c->value);
}

/* ---- side by side ------------------------------------------------------------------------------------------------ */

static int column_at(const struct drawing *w, int column)
{
    return LABEL + column * w->cell;
}

/* Entries of four tables are long, and nothing stands beside them. */
static int column_width(const struct drawing *w, int column)
{
    return column == COLUMN_P2M && w->p->facts.two_dimensions ? 2 * w->cell : w->cell;
}

static void head(const struct drawing *w)
{
    static const char *const title[] = {N_("guest: gva -> gpa"), N_("p2m: gpa -> hpa"), N_("shadow: gva -> hpa")};
    bool nested = w->p->facts.two_dimensions;
    unsigned columns = w->p->facts.monitored && !nested ? COLUMNS : view_virtual(w->d) ? COLUMN_SHADOW : COLUMN_P2M;

    for (unsigned i = 0; i < columns; i++) {
        sheet_to(w->s, column_at(w, (int)i) + ARROW);
        if (columns == 1)
            sheet_text(w->s, LOOK_LABEL, _("tables: linear -> physical"));
        else if (nested && i == COLUMN_P2M)
            sheet_text(w->s, LOOK_LABEL, _("EPT: gpa -> hpa, by PML4, PDPT, PD and PT"));
        else
            put_cut(w->s, LOOK_LABEL, _(title[i]), w->cell - ARROW - 1);
    }
    sheet_end(w->s);
}

static void notes(const struct drawing *w, enum walk_level level)
{
    for (int i = 0; i < COLUMNS; i++) {
        const struct walk_cell *c = &w->p->cell[level][i];

        if (!visible(w, c) || !*c->note)
            continue;
        sheet_to(w->s, column_at(w, i) + ARROW);
        put_cut(w->s, c->bad ? LOOK_BAD : LOOK_FAINT, c->note, column_width(w, i) - ARROW - 1);
    }
    if (w->s->open.spans)
        sheet_end(w->s);
}

static void level_row(const struct drawing *w, enum walk_level level)
{
    char text[WORDS];
    bool one_line = w->cell >= ONE_LINE && !w->p->facts.two_dimensions;

    sheet_text(w->s, LOOK_LABEL, level_name(w->p, level, text));
    for (int i = 0; i < COLUMNS; i++) {
        const struct walk_cell *c = &w->p->cell[level][i];

        if (!visible(w, c))
            continue;
        sheet_to(w->s, column_at(w, i));
        put_value(w, c, (enum walk_column)i);
        if (one_line)
            put_cut(w->s, c->bad ? LOOK_BAD : LOOK_FAINT, *c->note ? " " : "", 1);
        if (one_line)
            put_cut(w->s, c->bad ? LOOK_BAD : LOOK_FAINT, c->note, w->cell - ARROW - VALUE - 2);
        if (current(w, c->step))
            sheet_mark(w->s);
    }
    sheet_end(w->s);
    if (!one_line)
        notes(w, level);
}

static bool level_used(const struct walk_picture *p, enum walk_level level)
{
    return p->cell[level][COLUMN_GUEST].step || p->cell[level][COLUMN_P2M].step || p->cell[level][COLUMN_SHADOW].step;
}

static void draw_table(const struct drawing *w)
{
    head(w);
    for (enum walk_level level = 0; level < LEVELS; level++)
        if (level_used(w->p, level))
            level_row(w, level);
}

/* ---- one below the other ----------------------------------------------------------------------------------------- */

/* The same in few columns: PDE and PTE are the manual's names for a directory's and a page table's entry. */
static void short_label(const struct drawing *w, enum walk_column column, enum walk_level level)
{
    const char *const space[] = {_("guest"), w->p->facts.two_dimensions ? "EPT" : "p2m", _("shadow")};
    uint32_t at = w->p->facts.q.at.v;

    sheet_put(w->s, LOOK_LABEL, "%s ", space[column]);
    switch (level) {
    case LEVEL_ROOT: sheet_text(w->s, LOOK_LABEL, "CR3"); break;
    case LEVEL_DIRECTORY: sheet_put(w->s, LOOK_LABEL, "PDE %03" PRIx32, at >> 22); break;
    case LEVEL_TABLE: sheet_put(w->s, LOOK_LABEL, "PTE %03" PRIx32, at >> 12 & 0x3ff); break;
    default: sheet_put(w->s, LOOK_LABEL, _("page+%03" PRIx32), at & PAGE_OFFSET);
    }
}

static int by_step(const void *a, const void *b)
{
    const struct walk_cell *const *x = a, *const *y = b;

    return (*x)->step < (*y)->step ? -1 : (*x)->step > (*y)->step;
}

static void draw_list(const struct drawing *w)
{
    const struct walk_cell *cell[LEVELS * COLUMNS], *first = &w->p->cell[0][0];
    unsigned n = 0;

    for (unsigned i = 0; i < LEVELS * COLUMNS; i++)
        if (visible(w, &first[i]))
            cell[n++] = &first[i];
    qsort(cell, n, sizeof cell[0], by_step);
    for (unsigned i = 0; i < n; i++) {
        unsigned at = (unsigned)(cell[i] - first), column = at % COLUMNS;

        put_value(w, cell[i], (enum walk_column)column);
        if (current(w, cell[i]->step))
            sheet_mark(w->s);
        sheet_to(w->s, ARROW + VALUE + 1);
        short_label(w, (enum walk_column)column, (enum walk_level)(at / COLUMNS));
        sheet_end(w->s);
        if (*cell[i]->note)
            sheet_line(w->s, cell[i]->bad ? LOOK_BAD : LOOK_FAINT, "    %s", cell[i]->note);
    }
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static void tlb_line(const struct drawing *w)
{
    const struct tlb_entry *e = w->p->facts.tlb;

    sheet_text(w->s, LOOK_HERE, current(w, w->p->steps - 1) ? "=>" : "  ");
    sheet_text(w->s, LOOK_LABEL, "TLB");
    sheet_to(w->s, 6);
    if (e)
        sheet_put(w->s, LOOK_PLAIN, "%05" PRIx32 " -> %05" PRIx32 " %s %s%s%s", e->vpn, e->pfn,
                  e->rights & PTE_W ? "RW" : "R", e->rights & PTE_U ? "U" : "S", e->rights & PTE_D ? " D" : "",
                  e->rights & PTE_G ? " G" : "");
    else
        sheet_text(w->s, LOOK_PLAIN, _("does not hold the page"));
    if (w->p->facts.stale)
        sheet_text(w->s, LOOK_STALE, _("  stale"));
    sheet_end(w->s);
}

static void title(const struct drawing *w)
{
    static const char *const access[][2] = {
        [ACCESS_IS_READ] = {N_("read by the kernel"), N_("read by user code")},
        [ACCESS_IS_WRITE] = {N_("written by the kernel"), N_("written by user code")},
        [ACCESS_IS_EXEC] = {N_("executed by the kernel"), N_("executed by user code")}};
    char place[WORDS], text[2 * WORDS];

    (void)snprintf(text, sizeof text, "%s  %s", words_address(w->d, w->p->facts.q.at.v, place),
                   _(access[w->p->facts.q.kind][w->p->facts.q.user]));
    sheet_wrap(w->s, LOOK_LABEL, w->width, text);
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    struct walk_picture p;
    struct drawing w = {.d = d, .p = &p, .width = room->width, .cell = (room->width - LABEL) / COLUMNS, .s = s};
    char text[512];

    walk_picture_make(d, &p);
    w.shown = d->walk.shown < p.steps ? d->walk.shown : p.steps;
    title(&w);
    if (room->width >= SIDE_BY_SIDE)
        draw_table(&w);
    else
        draw_list(&w);
    if (w.shown >= p.steps - 1)
        tlb_line(&w);
    if (w.shown == p.steps)
        sheet_wrap(s, LOOK_PLAIN, room->width, walk_verdict(d, &p, text, sizeof text));
}

const struct view view_walk = {
    .name = "walk",
    .title = N_("Page walk"),
    .doc = N_("how an address is found: the guest's tables, the p2m and the shadow side by side, then the TLB"),
    .detail =
        N_("The guest's tables lead from a linear address (gva) to what the guest takes for a physical one (gpa); the "
           "p2m says where that lies in the machine (hpa). The shadow, which the hardware walks, leads there at once. "
           "Each cell is one memory reference: the address of an entry and the entry, with its bits below: P present, "
           "RW or R, U user or S supervisor, A accessed, D dirty, PS a 4 MiB page, G global. One key takes one "
           "micro-step; => is the current one."),
    .source = "SDM Vol. 3, 4.3 \"32-Bit Paging\"",
    .draw = draw};
