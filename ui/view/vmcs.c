/* SPDX-License-Identifier: MIT */
/* The guest's VMCS, by the six groups of SDM Vol. 3, "Organization of VMCS Data"; what changed since the last VM entry is marked. */
#include <inttypes.h>

#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"

enum { NAME = 8, VALUE = 32, WAS = 52 };

/* Fields that nobody has written hold 0 and mean nothing; they are left out. */
static bool is_shown(const struct vm_vmcs *x, unsigned f)
{
    return x->now[f] || x->entered[f];
}

static void field(const struct vm_vmcs *x, unsigned f, struct sheet *s)
{
    const struct vmcs_info *i = &vmcs_info[f];
    bool changed = x->now[f] != x->entered[f];
    enum look look = changed ? LOOK_CHANGED : LOOK_PLAIN;

    sheet_put(s, LOOK_FAINT, "%04x", i->encoding);
    sheet_to(s, NAME);
    sheet_text(s, LOOK_LABEL, i->name);
    sheet_to(s, VALUE);
    sheet_put(s, look, "%0*" PRIx64 "%s", 2 * i->size, x->now[f], changed ? "*" : "");
    if (changed) {
        sheet_to(s, WAS);
        sheet_put(s, LOOK_FAINT, "%0*" PRIx64, 2 * i->size, x->entered[f]);
    }
    sheet_end(s);
}

static void group(const struct vm_vmcs *x, unsigned g, struct sheet *s)
{
    bool any = false;

    for (unsigned f = 0; f < VMCS_FIELDS; f++) {
        if (vmcs_info[f].group != g || !is_shown(x, f))
            continue;
        if (!any)
            sheet_line(s, LOOK_HARDWARE, "%s", vmcs_group_name[g]);
        any = true;
        field(x, f, s);
    }
}

/* Why the monitor was entered, in one line. */
static void last_exit(const struct vm_vmcs *x, int width, struct sheet *s)
{
    unsigned reason = (unsigned)x->now[VMCS_EXIT_REASON] % VMX_REASONS;

    if (!x->entries || !vmx_reason_name[reason])
        return;
    sheet_put(s, LOOK_PLAIN, _("last VM exit: %u "), reason);
    sheet_text(s, LOOK_LABEL, vmx_reason_name[reason]);
    sheet_put(s, LOOK_PLAIN, _(", qualification %08" PRIx64), x->now[VMCS_EXIT_QUALIFICATION]);
    sheet_end(s);
    sheet_wrap(s, LOOK_FAINT, width, _(vmx_reason_doc[reason]));
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    /* What an exit tells comes first: that is what one looks for. */
    static const uint8_t order[VMCS_GROUPS] = {VMCS_INFO, VMCS_ENTRY, VMCS_GUEST, VMCS_EXEC, VMCS_EXIT, VMCS_HOST};
    struct vm_vmcs x;

    if (!vm_get_vmcs(d->s.vm, &x)) {
        sheet_wrap(s, LOOK_FAINT, room->width, _("There is no VMCS (--mode vtx has one)."));
        return;
    }
    sheet_line(s, LOOK_LABEL, _("VMCS at hpa %08" PRIx64 ", %" PRIu64 " VM entries"), x.address, x.entries);
    last_exit(&x, room->width, s);
    if (x.in_guest)
        sheet_wrap(
            s, LOOK_FAINT, room->width,
            _("The guest is on the hardware: its state is in the processor, and here as the last entry found it."));
    for (unsigned i = 0; i < VMCS_GROUPS; i++)
        group(&x, order[i], s);
}

const struct view view_vmcs = {
    .name = "vmcs",
    .title = "VMCS",
    .doc = N_("the guest's VMCS by group; what changed since the last VM entry is marked"),
    .detail = N_(
        "VM exits save the guest's state here and say why they came; VM entries load it from here. A star marks "
        "what is no longer as the last entry left it, with the old value beside it. Fields that are 0 are not shown."),
    .source = "SDM Vol. 3, \"Organization of VMCS Data\" and appendix B",
    .draw = draw};
