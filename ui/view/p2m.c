/* SPDX-License-Identifier: MIT */
/* Where the guest's "physical" memory lies in the machine. */
#include <inttypes.h>

#include "interp/machine.h"
#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"
#include "ui/view/words.h"

enum { FIRST = 16 };

static bool backed(const struct debugger *d, uint64_t page, hpa_t *to)
{
    return vm_p2m(d->s.vm, gpa(page << PAGE_SHIFT), to);
}

/* The ranges where RAM answers. */
static void ranges(const struct debugger *d, uint64_t pages, struct sheet *s)
{
    uint64_t first = 0, count = 0;
    hpa_t to;

    for (uint64_t i = 0; i <= pages; i++) {
        if (i < pages && backed(d, i, &to))
            continue;
        if (i > first) {
            sheet_line(s, LOOK_PLAIN, _("%08" PRIx64 "-%08" PRIx64 "  RAM, %" PRIu64 " frames"), first << PAGE_SHIFT,
                       (i << PAGE_SHIFT) - 1, i - first);
            count += i - first;
        }
        first = i + 1;
    }
    sheet_line(s, LOOK_LABEL, _("%" PRIu64 " frames of 4 KiB, scattered"), count);
}

static void row(const struct debugger *d, uint64_t at, const char *note, struct sheet *s)
{
    hpa_t to;

    sheet_put(s, LOOK_PLAIN, "gpa %08" PRIx64, at);
    if (vm_p2m(d->s.vm, gpa(at), &to))
        sheet_put(s, LOOK_PLAIN, " -> hpa %08" PRIx64, to.v);
    else
        sheet_text(s, LOOK_BAD, _(" -> no RAM"));
    if (*note)
        sheet_put(s, LOOK_LABEL, "  %s", note);
    sheet_end(s);
}

/* The pages that matter now: the directory, the code, the stack. */
static void current(const struct debugger *d, struct sheet *s)
{
    struct machine *m = vm_guest(d->s.vm);
    const struct cpu *c = &m->cpu;
    const struct {
        const char *note;
        uint32_t lin;
    } here[] = {{"EIP", c->seg[CS].base + c->eip}, {"ESP", c->seg[SS].base + c->r[ESP]}};
    uint64_t pa;

    if (c->cr0 & CR0_PG)
        row(d, c->cr3 & PTE_FRAME, "CR3", s);
    for (unsigned i = 0; i < sizeof here / sizeof here[0]; i++)
        if (paging_peek(m, here[i].lin, &pa) == 0)
            row(d, pa, here[i].note, s);
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    const struct machine *m = vm_guest(d->s.vm);

    if (!view_virtual(d)) {
        sheet_wrap(s, LOOK_FAINT, room->width,
                   _("There is no p2m: in native the guest's physical memory is the machine's."));
        return;
    }
    ranges(d, m->pages, s);
    current(d, s);
    for (uint64_t page = 0; page < FIRST && page < m->pages; page++)
        row(d, page << PAGE_SHIFT, "", s);
    sheet_line(s, LOOK_FAINT, "...");
}

const struct view view_p2m = {
    .name = "p2m",
    .doc = N_("where the guest's \"physical\" memory lies in the machine: gpa -> hpa"),
    .detail =
        N_("The guest believes that its memory starts at 0 and has no gaps but a PC's. Its frames lie anywhere in "
           "the machine, here scattered on purpose, so that a gpa taken for an hpa is seen at once."),
    .source = "Waldspurger 2002, section 2",
    .draw = draw};
