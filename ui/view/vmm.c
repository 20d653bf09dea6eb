/* SPDX-License-Identifier: MIT */
/* The monitor itself: where its bytes lie, what it has made for the hardware, and what it could not let the hardware run. */
#include <inttypes.h>
#include <string.h>

#include "interp/ept.h"
#include "interp/machine.h"
#include "interp/paging.h"
#include "interp/segment.h"
#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"
#include "ui/view/words.h"
#include "vmm/technique.h"

enum { NAME = 10, HPA = 26, TSS_ESP0 = 4, GDT_MOST = PAGE_SIZE - 1 };

/* ---- its bytes --------------------------------------------------------------------------------------------------- */

/* Where the hardware finds the monitor: in its registers; while a guest in non-root operation has these, in the VMCS. */
struct house {
    struct walk_context k;
    struct dtr gdt;
    uint32_t idt, tss;
};

static struct house house_of(const struct debugger *d)
{
    struct machine *hw = vm_hardware(d->s.vm);
    const struct cpu *p = &hw->cpu;
    struct house h = {walk_context_of(hw, NULL), p->gdtr, p->idtr.base, p->seg[TR].base};
    struct vm_vmcs x;

    if (vm_get_vmcs(d->s.vm, &x) && x.in_guest)
        h = (struct house){{.m = hw,
                            .cr0 = (uint32_t)x.now[VMCS_HOST_CR0],
                            .cr3 = (uint32_t)x.now[VMCS_HOST_CR3],
                            .cr4 = (uint32_t)x.now[VMCS_HOST_CR4]},
                           {.base = (uint32_t)x.now[VMCS_HOST_GDTR_BASE], .limit = GDT_MOST},
                           (uint32_t)x.now[VMCS_HOST_IDTR_BASE],
                           (uint32_t)x.now[VMCS_HOST_TR_BASE]};
    if (h.gdt.limit > GDT_MOST) /* an exit makes it ffff (SDM Vol. 3, 27.5.2) */
        h.gdt.limit = GDT_MOST;
    return h;
}

static uint32_t word(const struct house *h, uint32_t lin)
{
    struct walk w;
    uint32_t v = 0;

    if (page_walk(&h->k, lin, false, false, &w))
        (void)machine_read(h->k.m, w.pa, &v, sizeof v);
    return v;
}

static void place(const struct house *h, uint32_t lin, const char *name, struct sheet *s)
{
    struct walk w;

    sheet_put(s, LOOK_MONITOR, "%08" PRIx32, lin);
    sheet_to(s, NAME);
    sheet_text(s, LOOK_PLAIN, name);
    sheet_to(s, HPA);
    if (page_walk(&h->k, lin, false, false, &w))
        sheet_put(s, LOOK_FAINT, "hpa %08" PRIx64, w.pa);
    sheet_end(s);
}

/* The first gate leads to the first stub, the TSS names the stack. */
static void bytes(const struct house *h, struct sheet *s)
{
    uint32_t stub = (word(h, h->idt) & 0xffff) | (word(h, h->idt + 4) & 0xffff0000);

    sheet_line(s, LOOK_LABEL, "%s", _("its bytes, above the guest"));
    place(h, stub, _("stubs"), s);
    place(h, h->idt, "IDT", s);
    place(h, h->gdt.base, "GDT", s);
    place(h, h->tss, "TSS", s);
    place(h, (word(h, h->tss + TSS_ESP0) - 1) & PTE_FRAME, _("stack"), s);
}

/* ---- the GDT ----------------------------------------------------------------------------------------------------- */

static const char *kind_of(unsigned attr)
{
    if (!(attr & ATTR_S))
        return (attr & ATTR_TYPE) == SYS_LDT ? "LDT" : "TSS";
    return attr & ATTR_CODE ? _("code") : _("data");
}

/* What a selector of the guest leads to on the hardware: cut below the monitor, ring 0 raised to 1. */
static void descriptors(const struct house *h, struct sheet *s)
{
    const struct dtr *t = &h->gdt;

    sheet_line(s, LOOK_LABEL, "%s", _("its GDT, as the hardware has it"));
    for (uint32_t sel = 8; sel + 7 <= t->limit; sel += 8) {
        struct desc e = {word(h, t->base + sel), word(h, t->base + sel + 4), t->base + sel};
        unsigned attr = desc_attr(&e);

        if (!(attr & ATTR_P))
            continue;
        sheet_put(s, LOOK_PLAIN, "%04" PRIx32 "  %s", sel, kind_of(attr));
        sheet_to(s, NAME + 2);
        sheet_line(s, LOOK_PLAIN, "%08" PRIx32 "+%08" PRIx32 " DPL%u", desc_base(&e), desc_limit(&e), attr_dpl(attr));
    }
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

static void memory(const struct debugger *d, const struct vm_monitor *n, struct sheet *s)
{
    struct ept_walk ept[WALK_LEVELS + 1];
    uint64_t eptp = vm_walk_context(d->s.vm, ept).eptp;

    sheet_line(s, LOOK_LABEL, "%s", _("its memory"));
    if (eptp)
        sheet_line(s, LOOK_PLAIN, _("EPT: root %08" PRIx64), eptp & ~(uint64_t)PAGE_OFFSET);
    else
        sheet_line(s, LOOK_PLAIN, _("shadow: root %08" PRIx64 ", %u page tables"), n->shadow_root.v, n->tables);
    if (n->shadow_stale && !eptp)
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
    struct house h;

    sheet_line(s, LOOK_LABEL, "%s, cpu %s", t->name, d->o.virtualizable ? "virtualizable" : "x86");
    sheet_wrap(s, LOOK_PLAIN, room->width, _(t->doc));
    if (!vm_get_monitor(d->s.vm, &n))
        return;
    h = house_of(d);
    bytes(&h, s);
    descriptors(&h, s);
    memory(d, &n, s);
    interpretation(&n, room->width, s);
}

const struct view view_vmm = {
    .name = "vmm",
    .title = N_("Monitor"),
    .doc = N_("the monitor: where its bytes lie, its GDT, its memory, and why it interprets"),
    .detail = N_(
        "The monitor is real bytes in the top 64 MB of every address space; under vtx it has an address space of its "
        "own. Gates of its IDT lead to stubs, and these to it. Under trap its GDT holds the guest's descriptors, cut "
        "below "
        "the monitor and with ring 0 made ring 1. What the hardware cannot hold, for instance user code with "
        "interrupts "
        "off, it interprets."),
    .source = "SDM Vol. 3, chapters 5 and 6",
    .draw = draw};
