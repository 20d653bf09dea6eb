/* SPDX-License-Identifier: MIT */
#include "ui/tui/menu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/i18n.h"
#include "ui/lesson/lesson.h"
#include "ui/place.h"
#include "ui/report.h"
#include "ui/text.h"
#include "ui/tui/term.h"
#include "ui/tui/tui.h"
#include "vmm/technique.h"

enum { NAME_WIDTH = 26, TITLE = 160, WAIT_MS = 60000, CTRL_C = 3 };

/* ---- what there is ----------------------------------------------------------------------------------------------- */

enum kind { DEMO, LESSON, GUEST };

struct item {
    enum kind kind;
    const char *name, *doc; /* LESSON: its folder, and its title in the user's language */
};

static const struct item demo = {DEMO, "guests/micro/cr3.elf",
                                 N_("a kernel's MOV to CR3 traps, is emulated, and the guest goes on")};
static const struct item guest[] = {
#define GUEST(file, doc) {GUEST, file, doc},
#include "ui/tui/guests.def"
#undef GUEST
};

enum { GUESTS = sizeof guest / sizeof guest[0], ITEMS_MAX = 1 + LESSONS_MAX + GUESTS };

/* Ways to run a guest: T turns through them. */
static const struct way {
    const char *technique;
    bool virtualizable;
    const char *doc;
} way[] = {
    {"trap", true, N_("trap and emulate, on a CPU whose sensitive instructions all trap")},
    {"trap", false, N_("trap and emulate, on a plain x86 with its holes")},
    {"emulate", false, N_("emulate: each instruction is interpreted")},
    {"native", false, N_("native: no monitor")},
};

enum { WAYS = sizeof way / sizeof way[0] };

struct menu {
    struct grid grid;
    struct item item[ITEMS_MAX];
    unsigned items, chosen, way;
    bool ascii;
    char folder[LESSONS_MAX][LESSON_NAME];
    char title[LESSONS_MAX][TITLE];
};

/* The demo, the lessons (one that cannot be read is not offered; `ringside lesson check` says why), the guests. */
static void collect(struct menu *m)
{
    int lessons = lessons_list(m->folder);
    char error[LESSON_ERROR];
    struct lesson l;

    m->item[m->items++] = demo;
    for (int i = 0; i < lessons; i++) {
        if (lesson_open(&l, m->folder[i], error, sizeof error))
            continue;
        (void)snprintf(m->title[i], TITLE, "%s", l.title[lesson_language()]);
        m->item[m->items++] = (struct item){LESSON, m->folder[i], m->title[i]};
        lesson_close(&l);
    }
    memcpy(m->item + m->items, guest, sizeof guest);
    m->items += GUESTS;
}

/* ---- drawing ----------------------------------------------------------------------------------------------------- */

static const char *short_name(const struct item *i, char room[NAME_WIDTH])
{
    const char *slash = strrchr(i->name, '/');
    size_t n;

    if (i->kind == DEMO)
        return _("demo");
    if (i->kind == LESSON) {
        (void)snprintf(room, NAME_WIDTH, _("lesson %d"), atoi(i->name));
        return room;
    }
    n = strcspn(slash + 1, ".");
    (void)snprintf(room, NAME_WIDTH, "%.*s", (int)n, slash + 1);
    return room;
}

static void row(struct menu *m, unsigned i, int y)
{
    struct grid *g = &m->grid;
    char room[NAME_WIDTH];
    bool here = i == m->chosen;

    if (here)
        grid_fill(g, 1, y, g->width - 1, LOOK_PLAIN, true, " ");
    (void)grid_text(g, 1, y, g->width, LOOK_HERE, here, here ? ">" : " ");
    (void)grid_text(g, 3, y, NAME_WIDTH, LOOK_LABEL, here, short_name(&m->item[i], room));
    (void)grid_text(g, 16, y, g->width - 1, LOOK_PLAIN, here,
                    m->item[i].kind == LESSON ? m->item[i].doc : _(m->item[i].doc));
}

/* Below the list, what part of it that is. */
static void draw_part(struct grid *g, int first, int rows, int items)
{
    char text[80];

    if (rows >= items)
        return;
    (void)snprintf(text, sizeof text, _("%d to %d of %d"), first + 1, first + rows, items);
    (void)grid_text(g, g->width - text_width(text) - 1, g->height - 5, g->width, LOOK_LABEL, false, text);
}

static void draw(struct menu *m)
{
    struct grid *g = &m->grid;
    int rows = g->height - 8, first = 0;

    grid_clear(g);
    if (g->width < TERM_MIN_WIDTH || g->height < TERM_MIN_HEIGHT) {
        (void)grid_text(g, 0, 0, g->width, LOOK_BAD, false, _("too small"));
        term_show(g, -1, 0);
        return;
    }
    (void)grid_text(g, 1, 0, g->width, LOOK_LABEL, false, _("Ringside: a ringside seat inside a hypervisor"));
    if ((int)m->chosen >= rows)
        first = (int)m->chosen - rows + 1;
    for (int i = 0; i < rows && first + i < (int)m->items; i++)
        row(m, (unsigned)(first + i), 2 + i);
    draw_part(g, first, rows, (int)m->items);
    (void)grid_text(g, 1, g->height - 5, g->width, LOOK_FAINT, false, _("labs: `ringside lab` lists them"));
    (void)grid_text(g, 1, g->height - 3, g->width, LOOK_MONITOR, false, way[m->way].technique);
    (void)grid_text(g, 16, g->height - 3, g->width, LOOK_PLAIN, false, _(way[m->way].doc));
    (void)grid_text(g, 1, g->height - 1, g->width, LOOK_FAINT, false,
                    _("Up, Down: choose   Enter: open   t: another technique   q: leave"));
    term_show(g, -1, 0);
}

/* ---- choosing ---------------------------------------------------------------------------------------------------- */

enum choice { CHOICE_NONE, CHOICE_OPEN, CHOICE_LEAVE };

/* A handout of a lab lacks the technique that students write. */
static void skip_absent(struct menu *m)
{
    while (!technique_find(way[m->way].technique))
        m->way = (m->way + 1) % WAYS;
}

static enum choice take_key(struct menu *m, int key)
{
    switch (key) {
    case KEY_UP_: m->chosen = (m->chosen + m->items - 1) % m->items; break;
    case KEY_DOWN_: m->chosen = (m->chosen + 1) % m->items; break;
    case KEY_HOME_: m->chosen = 0; break;
    case KEY_END_: m->chosen = m->items - 1; break;
    case 't':
        m->way = (m->way + 1) % WAYS;
        skip_absent(m);
        break;
    case KEY_ENTER_: return CHOICE_OPEN;
    case 'q':
    case CTRL_C:
    case KEY_ESCAPE_:
    case KEY_GONE: return CHOICE_LEAVE;
    default: break;
    }
    return CHOICE_NONE;
}

/* Takes the terminal, lets the user choose, and gives it back. An exit status. */
static int choose(struct menu *m, enum choice *c)
{
    int status = term_open(), width, height;

    *c = CHOICE_LEAVE;
    if (status)
        return status;
    m->grid.ascii = m->ascii;
    m->grid.ambiguous = term_ambiguous();
    do {
        term_size(&width, &height);
        if (grid_resize(&m->grid, width, height))
            break;
        draw(m);
        *c = take_key(m, term_key(WAIT_MS));
    } while (*c == CHOICE_NONE && !term_signal());
    term_close();
    if (term_signal()) {
        *c = CHOICE_LEAVE;
        status = report(STATUS_FAILED, _("ended by signal %d (%s)"), term_signal(), strsignal(term_signal()));
    }
    return status;
}

static int open_item(const struct menu *m)
{
    const struct item *i = &m->item[m->chosen];
    bool is_demo = i->kind == DEMO;
    char path[PLACE_ROOM];
    struct options o;

    options_init(&o);
    o.word = path;
    o.ascii = m->ascii;
    o.limit = CLOCK_NEVER;
    o.technique = technique_find(is_demo ? "trap" : way[m->way].technique);
    o.virtualizable = is_demo || way[m->way].virtualizable;
    if (i->kind == LESSON)
        return tui_lesson(i->name, &o);
    if (place_of(i->name, path))
        return report(STATUS_USAGE, _("%s is not there: `make guests` builds it"), i->name);
    if (!o.technique)
        return report(STATUS_USAGE, _("demo: technique %s is not in this copy: writing it is a lab"), "trap");
    return tui_run(&o, is_demo ? "until kernel_writes_cr3" : NULL);
}

int menu(bool ascii)
{
    struct menu *m = calloc(1, sizeof *m);
    enum choice c;
    int status;

    if (!m)
        return report(STATUS_FAILED, "%s", _("out of memory"));
    m->ascii = ascii || !i18n_unicode();
    collect(m);
    skip_absent(m);
    while ((status = choose(m, &c)) == STATUS_OK && c == CHOICE_OPEN)
        if ((status = open_item(m)) != STATUS_OK)
            break;
    grid_free(&m->grid);
    free(m);
    return status;
}
