/* SPDX-License-Identifier: MIT */
/* Guest memory by the guest's own tables: bytes and characters, at a place that was asked for, or the stack. */
#include <ctype.h>
#include <inttypes.h>

#include "interp/machine.h"
#include "interp/paging.h"
#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"
#include "ui/view/words.h"

enum { ROWS = 16, HEX = 9 };

/* How a row is laid out: bytes, blanks after each byte or each second one, where the characters begin. */
struct layout {
    unsigned bytes;
    bool pairs; /* "0123 4567" */
    int ascii;
};

static struct layout layout(int width)
{
    static const struct layout form[] = {{32, false, 10 + 3 * 32}, {16, false, 10 + 3 * 16}, {8, false, 10 + 3 * 8}};

    for (unsigned i = 0; i < sizeof form / sizeof form[0]; i++)
        if (form[i].ascii + (int)form[i].bytes <= width)
            return form[i];
    return (struct layout){8, true, 10 + 5 * 4};
}

static void row(const struct debugger *d, const struct layout *l, gva_t at, struct sheet *s)
{
    uint8_t byte[32];
    bool there[32];

    sheet_put(s, LOOK_LABEL, "%08" PRIx32, at.v);
    sheet_to(s, HEX);
    for (unsigned i = 0; i < l->bytes; i++) {
        there[i] = debug_peek(d, gva(at.v + i), &byte[i], 1) == 0;
        if (there[i])
            sheet_put(s, byte[i] ? LOOK_PLAIN : LOOK_FAINT, "%02x", byte[i]);
        else
            sheet_text(s, LOOK_BAD, "??");
        if (!l->pairs || i % 2)
            sheet_text(s, LOOK_PLAIN, i + 1 == l->bytes / 2 && !l->pairs ? "  " : " ");
    }
    sheet_to(s, l->ascii);
    for (unsigned i = 0; i < l->bytes; i++)
        sheet_put(s, LOOK_FAINT, "%c", there[i] && byte[i] < 0x7f && isprint(byte[i]) ? byte[i] : '.');
    sheet_end(s);
}

/* Why nothing can be read there: by the guest's tables, or because they lead to where there is no RAM. */
static const char *absence(const struct debugger *d, uint32_t at)
{
    uint64_t pa;

    return paging_peek(vm_guest(d->s.vm), at, &pa) ? _("not mapped") : _("no RAM there");
}

/* A page that cannot be read is one line. Returns where the next row begins. */
static uint64_t rows(const struct debugger *d, const struct layout *l, uint64_t at, struct sheet *s)
{
    uint64_t page_end = (at | PAGE_OFFSET) + 1;
    uint8_t byte;

    if (at + l->bytes <= page_end && debug_peek(d, gva((uint32_t)at), &byte, 1)) {
        sheet_put(s, LOOK_LABEL, "%08" PRIx64, at);
        sheet_to(s, HEX);
        sheet_text(s, LOOK_BAD, absence(d, (uint32_t)at));
        sheet_end(s);
        return page_end;
    }
    row(d, l, gva((uint32_t)at), s);
    return at + l->bytes;
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    const struct cpu *c = &vm_guest(d->s.vm)->cpu;
    const struct layout l = layout(room->width);
    int n = room->height > 1 ? room->height - 1 : ROWS;
    uint32_t from = d->memory_set ? d->memory.v : c->seg[SS].base + c->r[ESP];
    uint64_t at = from;
    char text[WORDS];

    sheet_line(s, LOOK_LABEL, d->memory_set ? _("at %s") : _("the stack, from %s"), words_address(d, from, text));
    for (int i = 0; i < n && at <= UINT32_MAX; i++)
        at = rows(d, &l, at, s);
}

const struct view view_memory = {
    .name = "memory",
    .title = N_("Memory"),
    .doc = N_("guest memory as bytes and characters, through the guest's own page tables"),
    .detail =
        N_("What the guest would read at these linear addresses, through its own tables. ?? cannot be read: \"not "
           "mapped\" is where it would get a page fault, \"no RAM there\" where a device answers, or nobody. Without "
           "an address it is the stack, from ESP up. The lowest byte of a number comes first."),
    .source = "SDM Vol. 1, 1.3.1 \"Bit and Byte Order\"",
    .draw = draw};
