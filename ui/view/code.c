/* SPDX-License-Identifier: MIT */
/*
 * The code around the next instruction (or the selected frame, or a place that was asked for). IA-32 code cannot be read
 * backwards: what stands before an instruction is found by decoding from the symbol that it belongs to, and where that
 * does not arrive at the instruction, from a few bytes before.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "interp/access.h"
#include "interp/decode.h"
#include "interp/segment.h"
#include "interp/symbols.h"
#include "ui/debug/debugger.h"
#include "ui/disasm.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"
#include "ui/view/words.h"

enum {
    ROWS = 16,         /* where the height is not given */
    BEFORE_MAX = 64,   /* instructions before the one in the middle */
    FAR_BACK = 0x2000, /* bytes from a symbol */
    NEAR_BACK = 48,    /* bytes, where there is no symbol */
    BYTES_SHOWN = 8,
    MARK = 0,
    POINT = 2,
    ADDRESS = 5,
    CLASS = 14,
    TEXT = 16,
    WIDE = 66 /* from here on there is room for the instruction's bytes */
};

/* The code that is shown, as the guest sees it. */
struct code {
    const struct debugger *d;
    struct machine *m;
    bool code32;
    gva_t next;   /* the instruction that is next */
    gva_t middle; /* what is shown around */
    bool wide;
};

/* Data between instructions would lead the decoder astray; a symbol brings it back: nothing reaches past one. */
static unsigned up_to_symbol(const struct code *c, gva_t at, unsigned n)
{
    uint32_t offset;

    for (unsigned i = 1; i < n; i++)
        if (symbols_at(c->d->s.symbols, at.v + i, &offset) && offset == 0)
            return i;
    return n;
}

/* Bytes up to the next instruction; 0 where nothing is mapped. The machine's own decoder is the fast one; Zydis knows what the machine does not. */
static unsigned length_at(const struct code *c, gva_t at)
{
    uint8_t bytes[INSN_MAX];
    char text[WORDS];
    unsigned have = lin_peek_some(c->m, at.v, bytes, sizeof bytes), n;
    struct insn i;

    if (have == 0)
        return 0;
    n = decode(bytes, have, c->code32, &i) == DECODE_OK
            ? i.len
            : disasm(bytes, have, at.v, &c->m->cpu.seg[CS], NULL, text, sizeof text);
    return up_to_symbol(c, at, n ? n : 1);
}

/* Decodes from `from` on. True: arrives at `to`; at[] then holds the last `wanted` addresses before it, oldest first. */
static bool arrives(const struct code *c, uint64_t from, uint32_t to, unsigned wanted, gva_t at[BEFORE_MAX],
                    unsigned *count)
{
    unsigned n = 1;

    for (*count = 0; from < to && n; from += n) {
        if (*count == wanted)
            memmove(at, at + 1, --*count * sizeof *at);
        at[(*count)++] = gva((uint32_t)from);
        n = length_at(c, gva((uint32_t)from));
    }
    if (from != to)
        *count = 0;
    return from == to;
}

/* Where the symbol begins that stands before an address, or the address itself. */
static uint32_t symbol_before(const struct code *c, uint32_t at)
{
    uint32_t offset;

    return at && symbols_at(c->d->s.symbols, at - 1, &offset) ? at - 1 - offset : at;
}

/* The `wanted` instructions before the middle one, or as many as can be told. */
static unsigned before(const struct code *c, unsigned wanted, gva_t at[BEFORE_MAX])
{
    uint32_t to = c->middle.v, page = to & ~(uint32_t)PAGE_OFFSET;
    unsigned count = 0;

    for (uint32_t from = to, start; count < wanted; from = start) {
        start = symbol_before(c, from);
        if (start == from || to - start > FAR_BACK || !arrives(c, start, to, wanted, at, &count))
            break;
    }
    for (uint32_t back = NEAR_BACK; back && wanted && !count; back--)
        if (to - page >= back)
            (void)arrives(c, to - back, to, wanted, at, &count);
    return count;
}

/* A breakpoint that stands there: "*3", or "-3" while it is disabled. */
static void put_point(const struct code *c, struct sheet *s, gva_t at)
{
    for (unsigned i = 0; i < STOPS_MAX; i++) {
        const struct stop_point *p = &c->d->stops.point[i];

        if (p->number && p->kind == STOP_AT && p->at.v == at.v) {
            sheet_put(s, LOOK_BAD, "%c%u", p->enabled ? '*' : '-', p->number);
            return;
        }
    }
}

/* Popek and Goldberg's class, from the table that the machine itself decodes by. */
static void put_class(const struct code *c, struct sheet *s, const uint8_t *bytes, unsigned n)
{
    struct insn i;

    if (decode(bytes, n, c->code32, &i) != DECODE_OK)
        return;
    if (i.e->class == CLASS_PRIVILEGED)
        sheet_text(s, LOOK_KERNEL, "P");
    if (i.e->class == CLASS_HOLE)
        sheet_text(s, LOOK_BAD, "H");
}

static void put_bytes(struct sheet *s, const uint8_t *bytes, unsigned n)
{
    for (unsigned i = 0; i < n && i < BYTES_SHOWN; i++)
        sheet_put(s, LOOK_FAINT, "%02x%s", bytes[i], i + 1 == BYTES_SHOWN && n > BYTES_SHOWN ? "+" : " ");
}

static void label(const struct code *c, struct sheet *s, gva_t at, bool first)
{
    uint32_t offset;
    const struct symbol *y = symbols_at(c->d->s.symbols, at.v, &offset);

    if (y && offset == 0)
        sheet_line(s, LOOK_LABEL, "%s:", y->name);
    else if (y && first && offset < FAR_BACK)
        sheet_line(s, LOOK_LABEL, "%s+0x%" PRIx32 ":", y->name, offset);
}

/* One instruction. Returns where the next one begins; the same address where nothing is mapped. */
static gva_t row(const struct code *c, struct sheet *s, gva_t at, bool first)
{
    uint8_t bytes[INSN_MAX];
    char text[WORDS];
    unsigned n = length_at(c, at); /* 0: not mapped */
    bool here = at.v == c->next.v;
    enum look look = here ? LOOK_HERE : LOOK_PLAIN;

    label(c, s, at, first);
    (void)lin_peek_some(c->m, at.v, bytes, n);
    (void)disasm(bytes, n, at.v, &c->m->cpu.seg[CS], c->d->s.symbols, text, sizeof text);
    sheet_text(s, look, here ? "=>" : at.v == c->middle.v && c->d->frame && !c->d->code_set ? "->" : "");
    sheet_to(s, POINT);
    put_point(c, s, at);
    sheet_to(s, ADDRESS);
    sheet_put(s, look, "%08" PRIx32, at.v);
    sheet_to(s, CLASS);
    put_class(c, s, bytes, n);
    sheet_to(s, TEXT);
    if (c->wide) {
        put_bytes(s, bytes, n);
        sheet_to(s, TEXT + 3 * BYTES_SHOWN + 1);
    }
    sheet_text(s, n ? look : LOOK_BAD, n ? text : _("not mapped"));
    if (at.v == c->middle.v)
        sheet_mark(s);
    sheet_end(s);
    return gva(at.v + n);
}

static gva_t middle(const struct debugger *d, gva_t next)
{
    struct frame frame[FRAMES_MAX];

    if (d->code_set)
        return d->code;
    return d->frame && d->frame < debug_frames(d, frame) ? frame[d->frame].eip : next;
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    struct machine *m = vm_guest(d->s.vm);
    const struct cpu *cpu = &m->cpu;
    struct code c = {.d = d,
                     .m = m,
                     .code32 = cpu->seg[CS].attr & ATTR_D,
                     .next = gva(cpu->seg[CS].base + cpu->eip),
                     .wide = room->width >= WIDE};
    unsigned rows = room->height > 1 ? (unsigned)room->height : ROWS, shown;
    gva_t earlier[BEFORE_MAX], at, then;

    c.middle = middle(d, c.next);
    shown = before(&c, rows / 3 < BEFORE_MAX ? rows / 3 : BEFORE_MAX, earlier);
    for (unsigned i = 0; i < shown; i++)
        (void)row(&c, s, earlier[i], i == 0);
    at = c.middle;
    for (unsigned i = shown; i < rows; i++) {
        then = row(&c, s, at, i == 0);
        if (then.v <= at.v) /* not mapped, or the end of the address space */
            break;
        at = then;
    }
}

const struct view view_code = {
    .name = "code",
    .title = N_("Code"),
    .doc = N_("the instructions around the next one, with symbols, breakpoints and their Popek-Goldberg class"),
    .detail = N_("=> is the instruction that comes next, -> that of a selected frame; *1 is breakpoint 1, -1 the same "
                 "while disabled. P is a privileged instruction: it traps outside ring 0. H is a hole: sensitive, for "
                 "it reads or changes what a monitor must keep to itself, and yet it does not trap. Popek and "
                 "Goldberg's theorem asks that no H be left; IA-32 has 17 by Robin and Irvine's count."),
    .source = "SDM Vol. 2; Popek and Goldberg 1974; Robin and Irvine 2000",
    .draw = draw};
