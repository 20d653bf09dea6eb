/* SPDX-License-Identifier: MIT */
/* The monitor itself: where its bytes lie, what it has made for the hardware, and what it could not let the hardware run. */
#include <inttypes.h>
#include <string.h>

#include "interp/access.h"
#include "interp/paging.h"
#include "interp/segment.h"
#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"
#include "ui/view/words.h"
#include "vmm/technique.h"

enum { NAME = 10, HPA = 26, TSS_ESP0 = 4 };

static uint32_t word(const struct debugger *d, uint32_t lin)
{
    uint32_t v = 0;

    (void)lin_peek(vm_hardware(d->s.vm), lin, &v, sizeof v);
    return v;
}

/* ---- its bytes --------------------------------------------------------------------------------------------------- */

static void place(const struct debugger *d, uint32_t lin, const char *name, struct sheet *s)
{
    uint64_t pa;

    sheet_put(s, LOOK_MONITOR, "%08" PRIx32, lin);
    sheet_to(s, NAME);
    sheet_text(s, LOOK_PLAIN, name);
    sheet_to(s, HPA);
    if (paging_peek(vm_hardware(d->s.vm), lin, &pa) == 0)
        sheet_put(s, LOOK_FAINT, "hpa %08" PRIx64, pa);
    sheet_end(s);
}

/* Read off the hardware's own registers: the first gate leads to the first stub, the TSS names the stack. */
static void bytes(const struct debugger *d, struct sheet *s)
{
    const struct cpu *p = &vm_hardware(d->s.vm)->cpu;
    uint32_t idt = p->idtr.base, stub = (word(d, idt) & 0xffff) | (word(d, idt + 4) & 0xffff0000);

    sheet_line(s, LOOK_LABEL, "%s", _("its bytes, above the guest"));
    place(d, stub, _("stubs"), s);
    place(d, idt, "IDT", s);
    place(d, p->gdtr.base, "GDT", s);
    place(d, p->seg[TR].base, "TSS", s);
    place(d, (word(d, p->seg[TR].base + TSS_ESP0) - 1) & PTE_FRAME, _("stack"), s);
}

/* ---- the GDT ----------------------------------------------------------------------------------------------------- */

static const char *kind_of(unsigned attr)
{
    if (!(attr & ATTR_S))
        return (attr & ATTR_TYPE) == SYS_LDT ? "LDT" : "TSS";
    return attr & ATTR_CODE ? _("code") : _("data");
}

/* What a selector of the guest leads to on the hardware: cut below the monitor, ring 0 raised to 1. */
static void descriptors(const struct debugger *d, struct sheet *s)
{
    const struct dtr *t = &vm_hardware(d->s.vm)->cpu.gdtr;

    sheet_line(s, LOOK_LABEL, "%s", _("its GDT, as the hardware has it"));
    for (uint32_t sel = 8; sel + 7 <= t->limit; sel += 8) {
        struct desc e = {word(d, t->base + sel), word(d, t->base + sel + 4), t->base + sel};
        unsigned attr = desc_attr(&e);

        if (!(attr & ATTR_P))
            continue;
        sheet_put(s, LOOK_PLAIN, "%04" PRIx32 "  %s", sel, kind_of(attr));
        sheet_to(s, NAME + 2);
        sheet_line(s, LOOK_PLAIN, "%08" PRIx32 "+%08" PRIx32 " DPL%u", desc_base(&e), desc_limit(&e), attr_dpl(attr));
    }
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

static void memory(const struct vm_monitor *n, struct sheet *s)
{
    sheet_line(s, LOOK_LABEL, "%s", _("its memory"));
    sheet_line(s, LOOK_PLAIN, _("shadow: root %08" PRIx64 ", %u page tables"), n->shadow_root.v, n->tables);
    if (n->shadow_stale)
        sheet_line(s, LOOK_STALE, "%s", _("shadow: to be emptied before the guest goes on"));
    sheet_line(s, LOOK_PLAIN, _("reserve: %u frames, %u free"), n->reserve, n->free);
    sheet_line(s, LOOK_PLAIN, _("watched for stores: %u pages"), n->watched);
}

static void interpretation(const struct vm_monitor *n, int width, struct sheet *s)
{
    sheet_line(s, LOOK_LABEL, "%s", _("interpreting"));
    sheet_line(s, LOOK_PLAIN, _("instructions: %" PRIu64), n->interpreted);
    sheet_wrap(s, LOOK_PLAIN, width, _("What keeps the hardware from running the guest as it now is:"));
    sheet_line(s, LOOK_PLAIN, "  %s", why_info[n->why].name);
    sheet_wrap(s, LOOK_FAINT, width, _(why_info[n->why].doc));
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    const struct technique *t = vm_technique(d->s.vm);
    struct vm_monitor n;

    sheet_line(s, LOOK_LABEL, "%s, cpu %s", t->name, d->o.virtualizable ? "virtualizable" : "x86");
    sheet_wrap(s, LOOK_PLAIN, room->width, _(t->doc));
    if (!vm_get_monitor(d->s.vm, &n))
        return;
    bytes(d, s);
    descriptors(d, s);
    memory(&n, s);
    interpretation(&n, room->width, s);
}

const struct view view_vmm = {
    .name = "vmm",
    .doc = N_("the monitor: where its bytes lie, its GDT, its memory, and why it interprets"),
    .detail =
        N_("The monitor is real bytes in the top 64 MB of every address space: gates of its IDT lead to stubs, and "
           "these to it. Its GDT holds the guest's descriptors, cut below the monitor and with ring 0 made ring "
           "1. What the hardware cannot hold, for instance user code with interrupts off, it interprets."),
    .source = "SDM Vol. 3, chapters 5 and 6",
    .draw = draw};
