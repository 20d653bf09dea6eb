/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "interp/machine.h"
#include "interp/segment.h"
#include "ui/demo.h"
#include "ui/i18n.h"
#include "ui/text.h"

enum { LABEL = 13, COLUMN = 32, INDENT = 2, TLB_ROWS = 8 };

static void label(const char *text)
{
    printf("%*s", INDENT, "");
    (void)text_put(stdout, text, LABEL);
}

static int by_page(const void *a, const void *b)
{
    const struct tlb_entry *x = a, *y = b;

    return x->vpn < y->vpn ? -1 : x->vpn > y->vpn;
}

void demo_take_tlb(struct tlb_shot *t, const struct machine *m)
{
    const struct tlb *tlb = &m->cpu.tlb;

    t->count = 0;
    for (unsigned i = 0; i < tlb->sets * tlb->ways && t->count < TLB_SHOWN; i++)
        if (tlb_valid(tlb, &tlb->entry[i]))
            t->entry[t->count++] = tlb->entry[i];
    qsort(t->entry, t->count, sizeof t->entry[0], by_page);
}

/* Entries of the guest's part of the address space: they come first. */
static unsigned guests_part(const struct tlb_shot *t)
{
    unsigned n = 0;

    while (n < t->count && t->entry[n].vpn < SEG_CUT >> PAGE_SHIFT)
        n++;
    return n;
}

static void tlb_cell(const struct tlb_shot *t, unsigned i, unsigned count, int width)
{
    char text[64] = "";

    if (i < count)
        (void)snprintf(text, sizeof text, "%05" PRIx32 " -> %05" PRIx32 "  %s %s", t->entry[i].vpn, t->entry[i].pfn,
                       t->entry[i].rights & PTE_W ? "RW" : "R-", t->entry[i].rights & PTE_U ? "U" : "S");
    (void)text_put(stdout, text, width);
}

static void tlb_summary(const struct tlb_shot *t, unsigned guests, int width)
{
    char text[128];

    (void)snprintf(text, sizeof text, _("guest %u, monitor %u"), guests, t->count - guests);
    (void)text_put(stdout, text, width);
}

void demo_tlb(const struct tlb_shot *before, const struct tlb_shot *after)
{
    unsigned a = guests_part(before), b = guests_part(after), rows = a > b ? a : b;

    label("");
    (void)text_put(stdout, _("before"), COLUMN);
    printf("%s\n", _("after"));
    for (unsigned i = 0; i < rows && i < TLB_ROWS; i++) {
        label(i ? "" : _("page->frame"));
        tlb_cell(before, i, a, i < b ? COLUMN : 0);
        tlb_cell(after, i, b, 0);
        putchar('\n');
    }
    label(_("entries"));
    tlb_summary(before, a, COLUMN);
    tlb_summary(after, b, 0);
    putchar('\n');
}
