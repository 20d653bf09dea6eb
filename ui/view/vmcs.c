/* SPDX-License-Identifier: MIT */
/* The guest's VMCS, by the six groups of SDM Vol. 3, "Organization of VMCS Data"; what changed is marked. */
#include <inttypes.h>

#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"
#include "ui/view/words.h"

static const char *const title[VMCS_GROUPS] = {
    [VMCS_GUEST] = N_("guest state"),          [VMCS_HOST] = N_("host state"),
    [VMCS_EXEC] = N_("VM-execution controls"), [VMCS_EXIT] = N_("VM-exit controls"),
    [VMCS_ENTRY] = N_("VM-entry controls"),    [VMCS_INFO] = N_("VM-exit information")};

/* Columns; a narrow pane has no room for the encodings. */
struct place {
    int name, value, was;
};
static const struct place wide = {6, 30, 50}, narrow = {0, 23, 33};
enum { WIDE = 58 };

/* Fields that nobody has written hold 0 and mean nothing; they are left out. */
static bool is_shown(const struct vm_vmcs *x, unsigned f)
{
    return x->now[f] || (x->exited && x->entry[f]);
}

static bool is_changed(const struct vm_vmcs *x, unsigned f)
{
    return x->exited && x->now[f] != x->entry[f];
}

static void field(const struct vm_vmcs *x, unsigned f, const struct place *at, struct sheet *s)
{
    const struct vmcs_info *i = &vmcs_info[f];
    bool changed = is_changed(x, f);
    enum look look = changed ? LOOK_CHANGED : LOOK_PLAIN;

    if (at->name)
        sheet_put(s, LOOK_FAINT, "%04x", i->encoding);
    sheet_to(s, at->name);
    sheet_text(s, LOOK_LABEL, i->name);
    sheet_to(s, at->value);
    sheet_put(s, look, "%0*" PRIx64 "%s", 2 * i->size, x->now[f], changed ? "*" : "");
    if (changed) {
        sheet_to(s, at->was);
        sheet_put(s, LOOK_FAINT, "%0*" PRIx64, 2 * i->size, x->entry[f]);
    }
    sheet_end(s);
}

static void group(const struct vm_vmcs *x, unsigned g, const struct place *at, struct sheet *s)
{
    bool any = false;

    for (unsigned f = 0; f < VMCS_FIELDS; f++) {
        if (vmcs_info[f].group != g || !is_shown(x, f))
            continue;
        if (!any)
            sheet_line(s, LOOK_HARDWARE, "%s", _(title[g]));
        any = true;
        field(x, f, at, s);
    }
}

/* All that changed in one place: in their groups few of them are in sight at a time. */
static void changes(const struct vm_vmcs *x, const struct place *at, struct sheet *s)
{
    bool any = false;

    for (unsigned f = 0; f < VMCS_FIELDS; f++) {
        if (!is_changed(x, f))
            continue;
        if (!any)
            sheet_line(s, LOOK_HARDWARE, "%s", _("changed in the last turn of the guest"));
        any = true;
        field(x, f, at, s);
    }
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    /* What an exit tells comes first: that is what one looks for. */
    static const uint8_t order[VMCS_GROUPS] = {VMCS_INFO, VMCS_ENTRY, VMCS_GUEST, VMCS_EXEC, VMCS_EXIT, VMCS_HOST};
    const struct place *at = room->width < WIDE ? &narrow : &wide;
    struct vm_vmcs x;

    if (!vm_get_vmcs(d->s.vm, &x)) {
        sheet_wrap(s, LOOK_FAINT, room->width, _("There is no VMCS (--mode vtx has one)."));
        return;
    }
    sheet_line(s, LOOK_LABEL, _("VMCS at hpa %08" PRIx64 ", VM entries: %" PRIu64), x.address, x.entries);
    if (x.in_guest)
        sheet_wrap(
            s, LOOK_FAINT, room->width,
            _("The guest is on the hardware: its state is in the processor, and here as the last entry found it."));
    changes(&x, at, s);
    for (unsigned i = 0; i < VMCS_GROUPS; i++)
        group(&x, order[i], at, s);
}

const struct view view_vmcs = {
    .name = "vmcs",
    .title = "VMCS",
    .doc = N_("the guest's VMCS by group; what changed since the VM entry before the last exit is marked"),
    .detail = N_(
        "VM exits save the guest's state here and say why they came; VM entries load it from here. A star marks what "
        "is "
        "other than it was at the VM entry before the last exit, with the old value beside it: what that turn of the "
        "guest, the exit and the monitor have changed. Fields that are 0 are not shown."),
    .source = "SDM Vol. 3, \"Organization of VMCS Data\" and appendix B",
    .draw = draw,
    .there = view_vmx};
