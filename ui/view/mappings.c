/* SPDX-License-Identifier: MIT */
/* All that a set of page tables maps, neighbours merged: of the guest's own tables (pt), and of the shadow. */
#include <inttypes.h>

#include "interp/ept.h"
#include "interp/machine.h"
#include "ui/debug/debugger.h"
#include "ui/disasm.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"
#include "ui/view/words.h"

enum { ENTRIES = 1024, ROWS_MAX = 2000, TO = 21, BITS = 30, PAGES = 46, PLACE = 56, WIDE = 70 };

/* Pages that follow each other in both spaces, with equal rights. */
struct run {
    uint32_t lin;
    uint64_t pa;
    uint32_t pages;
    unsigned bits; /* enum pte, the rights of both levels taken together */
};

struct listing {
    const struct debugger *d;
    struct walk_context k;
    bool wide;
    struct sheet *s;
    struct run run; /* in progress; no pages: none */
    unsigned rows;
    uint64_t pages;
};

static void put_bits(struct sheet *s, unsigned bits)
{
    static const struct {
        unsigned bit;
        const char *name;
    } name[] = {{PTE_W, "W"}, {PTE_U, "U"}, {PTE_A, "A"}, {PTE_D, "D"}, {PTE_G, "G"}, {PTE_PS, "4M"}};

    for (unsigned i = 0; i < sizeof name / sizeof name[0]; i++)
        if (bits & name[i].bit || name[i].bit != PTE_PS)
            sheet_text(s, LOOK_PLAIN, bits & name[i].bit ? name[i].name : "-");
}

static void end_run(struct listing *l)
{
    const struct run *r = &l->run;
    char text[WORDS];

    if (r->pages && l->rows++ < ROWS_MAX) {
        sheet_put(l->s, LOOK_PLAIN, "%08" PRIx32 "-%08" PRIx32 " ->", r->lin, r->lin + (r->pages << PAGE_SHIFT) - 1);
        sheet_to(l->s, TO);
        sheet_put(l->s, LOOK_PLAIN, "%08" PRIx64, r->pa);
        sheet_to(l->s, BITS);
        put_bits(l->s, r->bits);
        if (l->wide) {
            sheet_to(l->s, PAGES);
            sheet_put(l->s, LOOK_FAINT, "%" PRIu32, r->pages);
            sheet_to(l->s, PLACE);
            sheet_text(l->s, LOOK_FAINT, disasm_symbol(l->d->s.symbols, r->lin, text, sizeof text));
        }
        sheet_end(l->s);
    }
    l->pages += r->pages;
    l->run.pages = 0;
}

static void add(struct listing *l, const struct walk *w, uint32_t pages)
{
    uint64_t leaf = w->step[w->steps - 1].entry;
    unsigned bits = w->rights | (leaf & PTE_A);
    struct run *r = &l->run;

    if (!r->pages || r->bits != bits || w->pa != r->pa + ((uint64_t)r->pages << PAGE_SHIFT)) {
        end_run(l);
        *r = (struct run){.lin = w->lin, .pa = w->pa, .bits = bits};
    }
    r->pages += pages;
}

/* One entry of the directory: nothing, a 4 MiB page, or a table. */
static void directory_entry(struct listing *l, uint32_t lin)
{
    struct walk w;

    if (!page_walk(&l->k, lin, false, false, &w) && !(w.step[0].entry & PTE_P)) {
        end_run(l);
        return;
    }
    if (w.rights & PTE_PS) {
        add(l, &w, ENTRIES);
        return;
    }
    for (uint32_t i = 0; i < ENTRIES; i++) {
        if (page_walk(&l->k, lin + (i << PAGE_SHIFT), false, false, &w))
            add(l, &w, 1);
        else
            end_run(l);
    }
}

static void list(const struct debugger *d, const struct walk_context *k, const struct view_room *room, const char *to,
                 struct sheet *s)
{
    struct listing l = {.d = d, .k = *k, .wide = room->width >= WIDE, .s = s};

    sheet_line(s, LOOK_LABEL, "CR3 %08" PRIx32 "   %s", k->cr3, to);
    if (!(k->cr0 & CR0_PG)) {
        sheet_line(s, LOOK_FAINT, "%s", _("CR0.PG=0: linear addresses are physical ones"));
        return;
    }
    for (uint32_t i = 0; i < ENTRIES; i++)
        directory_entry(&l, i << 22);
    end_run(&l);
    if (l.rows > ROWS_MAX)
        sheet_line(s, LOOK_FAINT, _("... and %u more"), l.rows - ROWS_MAX);
    sheet_line(s, LOOK_LABEL, _("%" PRIu64 " pages of 4 KiB"), l.pages);
}

static void draw_pt(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    const struct walk_context k = walk_context_of(vm_guest(d->s.vm), NULL);

    list(d, &k, room, view_virtual(d) ? "gva -> gpa" : _("linear -> physical"), s);
}

/* What the hardware walks for the guest, also where the monitor has an address space of its own and stands in it now. */
static void draw_shadow(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    struct ept_walk ept[WALK_LEVELS + 1];
    const struct walk_context k = vm_walk_context(d->s.vm, ept);

    if (!view_monitored(d))
        sheet_wrap(s, LOOK_FAINT, room->width,
                   _("There is no shadow: only a monitor that runs its guest on the "
                     "hardware needs one (--mode trap)."));
    else if (k.eptp)
        sheet_wrap(
            s, LOOK_FAINT, room->width,
            _("There is no shadow: with nested paging the hardware walks the guest's own tables (`info pt`), and "
              "those of EPT behind them (`info p2m`)."));
    else
        list(d, &k, room, "gva -> hpa", s);
}

const struct view view_pt = {
    .name = "pt",
    .doc = N_("what the guest's page tables map: ranges of linear addresses, rights, A and D"),
    .detail = N_("Neighbouring pages with equal rights are one row. W writable, U user (both levels taken together), A "
                 "accessed, D dirty, G global, 4M a large page; a dash where the bit is clear."),
    .source = "SDM Vol. 3, 4.3 \"32-Bit Paging\"",
    .draw = draw_pt};

const struct view view_shadow = {
    .name = "shadow",
    .doc = N_("what the shadow page tables map, that the hardware walks: linear addresses to machine memory"),
    .detail =
        N_("A shadow is filled page by page when the guest touches it, so at first it is nearly empty, and frames "
           "lie scattered. It grants no more than the guest's tables and the p2m do together. Under trap "
           "it maps the monitor itself from fc000000 on."),
    .source = "SDM Vol. 3, 4.3 \"32-Bit Paging\"",
    .draw = draw_shadow};
