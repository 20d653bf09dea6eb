/* SPDX-License-Identifier: MIT */
/* What the guest has sent to its first serial port, as a terminal that can only write downwards would show it. */
#include <stdio.h>
#include <string.h>

#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"

enum { SHOWN_MAX = 64 << 10 }; /* bytes: a screen scrolls, it does not archive */

/* The line in progress: it may be written over after a CR. */
struct paper {
    struct sheet *s;
    char cell[512];
    int width, at, used;
};

static void end_line(struct paper *p)
{
    sheet_put(p->s, LOOK_PLAIN, "%.*s", p->used, p->cell);
    sheet_end(p->s);
    p->at = p->used = 0;
}

static void character(struct paper *p, uint8_t c)
{
    if (p->at == p->width)
        end_line(p);
    p->cell[p->at++] = c >= ' ' && c < 0x7f ? (char)c : '?';
    if (p->at > p->used)
        p->used = p->at;
}

static void tab(struct paper *p)
{
    do
        character(p, ' ');
    while (p->at % 8 && p->at < p->width);
}

static void byte(struct paper *p, uint8_t c)
{
    switch (c) {
    case '\n': end_line(p); break;
    case '\r': p->at = 0; break;
    case '\b': p->at -= p->at > 0; break;
    case '\t': tab(p); break;
    case '\a':
    case '\0': break;
    default: character(p, c);
    }
}

/* A control sequence (ECMA-48, 5.4: ESC [ ... final byte) says where and in which colour; neither exists here. */
static size_t sequence(const uint8_t *text, size_t n)
{
    size_t i = 2;

    if (n < 2 || text[1] != '[')
        return n < 2 ? 1 : 2;
    while (i < n && (text[i] < 0x40 || text[i] > 0x7e))
        i++;
    return i < n ? i + 1 : n;
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    struct paper p = {.s = s, .width = room->width < (int)sizeof p.cell ? room->width : (int)sizeof p.cell};
    const struct console *c = &d->console;
    size_t i = c->size > SHOWN_MAX ? c->size - SHOWN_MAX : 0;

    if (c->size == 0)
        sheet_line(s, LOOK_FAINT, "%s", _("nothing was written yet"));
    while (i < c->size) {
        if (c->text[i] == 0x1b) {
            i += sequence(c->text + i, c->size - i);
            continue;
        }
        byte(&p, c->text[i++]);
    }
    if (p.used)
        end_line(&p);
}

const struct view view_console = {
    .name = "console",
    .title = N_("Console (COM1)"),
    .doc = N_("what the guest has written to its first serial port"),
    .detail = N_("The guest writes bytes to port 3f8; under a monitor each of them is a trap, and the serial port that "
                 "answers is a virtual one. What you type into this pane goes to that port."),
    .source = "National Semiconductor PC16550D data sheet",
    .draw = draw,
    .at_end = true};
