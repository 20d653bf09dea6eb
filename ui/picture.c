/* SPDX-License-Identifier: MIT */
#include "ui/picture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "interp/machine.h"
#include "interp/paging.h"
#include "interp/segment.h"
#include "ui/i18n.h"
#include "ui/text.h"
#include "vmm/vm.h"

enum { LABEL = 13, COLUMN = 32, INDENT = 2, TLB_ROWS = 8 };

static void label(const char *text)
{
    printf("%*s", INDENT, "");
    (void)text_put(stdout, text, LABEL);
}

/* ---- registers --------------------------------------------------------------------------------------------------- */

static struct registers registers_of(const struct machine *m)
{
    const struct cpu *c = &m->cpu;

    return (struct registers){
        .cr3 = c->cr3, .eip = c->eip, .esp = c->r[ESP], .eflags = cpu_eflags(c), .cs = c->seg[CS].sel, .cpl = c->cpl};
}

void picture_take_registers(struct registers_shot *s, struct vm *v)
{
    s->taken = true;
    s->guest = registers_of(vm_guest(v));
    s->hardware = registers_of(vm_hardware(v));
    s->hardware.cr3 = vm_hardware_cr3(v);
}

/* Filled up to `room` columns. */
static void cell(const char *text, bool changed, int room)
{
    char marked[64];

    (void)snprintf(marked, sizeof marked, "%s%s", text, changed ? " *" : "");
    if (changed)
        fputs(text_bold(stdout), stdout);
    fputs(marked, stdout);
    room -= text_width(marked);
    if (changed)
        fputs(text_plain(stdout), stdout);
    printf("%*s", room > 0 ? room : 0, "");
}

/* One row: a register's text in both CPUs. */
static void row(const char *name, const char *guest, bool guest_changed, const char *hardware, bool hardware_changed)
{
    label(name);
    cell(guest, guest_changed, COLUMN);
    cell(hardware, hardware_changed, 0);
    putchar('\n');
}

static void hex_row(const char *name, uint32_t guest, bool guest_changed, uint32_t hardware, bool hardware_changed)
{
    char a[16], b[16];

    (void)snprintf(a, sizeof a, "%08" PRIx32, guest);
    (void)snprintf(b, sizeof b, "%08" PRIx32, hardware);
    row(name, a, guest_changed, b, hardware_changed);
}

static void cs_row(const struct registers_shot *s, const struct registers_shot *since)
{
    char a[48], b[48];

    (void)snprintf(a, sizeof a, _("%04x, ring %u"), s->guest.cs, s->guest.cpl);
    (void)snprintf(b, sizeof b, _("%04x, ring %u"), s->hardware.cs, s->hardware.cpl);
    row("CS", a, s->guest.cs != since->guest.cs, b, s->hardware.cs != since->hardware.cs);
}

static void eflags_row(const struct registers_shot *s, const struct registers_shot *since)
{
    char a[32], b[32];

    (void)snprintf(a, sizeof a, "%08" PRIx32 " IF=%d", s->guest.eflags, !!(s->guest.eflags & FL_IF));
    (void)snprintf(b, sizeof b, "%08" PRIx32 " IF=%d", s->hardware.eflags, !!(s->hardware.eflags & FL_IF));
    row("EFLAGS", a, s->guest.eflags != since->guest.eflags, b, s->hardware.eflags != since->hardware.eflags);
}

void picture_registers(const struct registers_shot *s, const struct registers_shot *since)
{
    const struct registers *g = &s->guest, *h = &s->hardware;

    if (!since)
        since = s;
    label("");
    (void)text_put(stdout, _("the guest believes"), COLUMN);
    printf("%s\n", _("the hardware holds"));
    hex_row("CR3", g->cr3, g->cr3 != since->guest.cr3, h->cr3, h->cr3 != since->hardware.cr3);
    cs_row(s, since);
    hex_row("EIP", g->eip, g->eip != since->guest.eip, h->eip, h->eip != since->hardware.eip);
    hex_row("ESP", g->esp, g->esp != since->guest.esp, h->esp, h->esp != since->hardware.esp);
    eflags_row(s, since);
}

/* ---- TLB --------------------------------------------------------------------------------------------------------- */

static int by_page(const void *a, const void *b)
{
    const struct tlb_entry *x = a, *y = b;

    return x->vpn < y->vpn ? -1 : x->vpn > y->vpn;
}

void picture_take_tlb(struct tlb_shot *t, struct machine *m)
{
    const struct tlb *tlb = &m->cpu.tlb;

    t->count = 0;
    for (unsigned i = 0; i < tlb->sets * tlb->ways && t->count < TLB_SHOWN; i++)
        if (tlb->entry[i].valid)
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
                       t->entry[i].writable ? "RW" : "R-", t->entry[i].user ? "U" : "S");
    (void)text_put(stdout, text, width);
}

static void tlb_summary(const struct tlb_shot *t, unsigned guests, int width)
{
    char text[128];

    (void)snprintf(text, sizeof text, _("guest %u, monitor %u"), guests, t->count - guests);
    (void)text_put(stdout, text, width);
}

void picture_tlb(const struct tlb_shot *before, const struct tlb_shot *after)
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

/* ---- walks ------------------------------------------------------------------------------------------------------- */

static bool walk(struct machine *m, uint32_t cr3, gva_t at, struct walk *w)
{
    const struct walk_context k = {.m = m, .cr0 = m->cpu.cr0, .cr3 = cr3, .cr4 = m->cpu.cr4};

    return page_walk(&k, at.v, false, false, w);
}

static void step_cell(const struct walk *w, unsigned i, const char *space, int width)
{
    char text[64] = "";

    if (i < w->steps)
        (void)snprintf(text, sizeof text, "%s %08" PRIx64 ": %08" PRIx32, space, w->step[i].at, w->step[i].entry);
    (void)text_put(stdout, text, width);
}

static void found_cell(struct machine *m, const struct walk *w, const char *space, int width)
{
    char text[64];
    uint32_t word;

    if (w->ok && machine_read(m, w->pa, &word, sizeof word) == 0)
        (void)snprintf(text, sizeof text, "%s %08" PRIx64 ": %08" PRIx32, space, w->pa, word);
    else
        (void)snprintf(text, sizeof text, "%s", _("not there"));
    (void)text_put(stdout, text, width);
}

void picture_walk(struct vm *v, gva_t at)
{
    struct walk guest, shadow;
    hpa_t machine = hpa(0);

    (void)walk(vm_guest(v), vm_guest(v)->cpu.cr3, at, &guest);
    (void)walk(vm_hardware(v), vm_hardware_cr3(v), at, &shadow);
    label(_("table"));
    (void)text_put(stdout, _("the guest's: gva -> gpa"), COLUMN);
    printf("%s\n", _("the shadow: gva -> hpa"));
    label(_("directory"));
    step_cell(&guest, 0, "gpa", COLUMN);
    step_cell(&shadow, 0, "hpa", 0);
    putchar('\n');
    if (guest.steps > 1 || shadow.steps > 1) {
        label(_("page table"));
        step_cell(&guest, 1, "gpa", COLUMN);
        step_cell(&shadow, 1, "hpa", 0);
        putchar('\n');
    }
    label(_("the word"));
    found_cell(vm_guest(v), &guest, "gpa", COLUMN);
    found_cell(vm_hardware(v), &shadow, "hpa", 0);
    putchar('\n');
    if (guest.ok && vm_p2m(v, gpa(guest.pa), &machine)) {
        label("p2m");
        printf("gpa %08" PRIx64 " -> hpa %08" PRIx64 "%s\n", guest.pa, machine.v,
               shadow.ok && shadow.pa == machine.v ? _(", the same place") : "");
    }
}
