/* SPDX-License-Identifier: MIT */
/* The last VM exit: what it was, why it came; and how often each reason did. */
#include <inttypes.h>

#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/text.h"
#include "ui/view/views.h"
#include "ui/view/vmx_words.h"

enum { LABEL = 8, COUNT = 17, DOC = 32, WIDE = 58 };

/* A label, and a text beside it in as many lines as it takes. */
static void told(struct sheet *s, int width, const char *label, const char *text)
{
    sheet_text(s, LOOK_LABEL, label);
    sheet_hang(s, LOOK_PLAIN, LABEL, width, text);
}

static void qualification(const struct vmx_exit *e, int width, struct sheet *s)
{
    char words[WORDS], text[WORDS + 16];

    (void)vmx_words_qualification(e, words);
    (void)snprintf(text, sizeof text, "%08" PRIx32 "%s%s", e->qualification, *words ? ": " : "", words);
    told(s, width, _("qualif."), text);
}

/* The event whose delivery the exit broke off. */
static void vectoring(const struct vm_vmcs *x, int width, struct sheet *s)
{
    uint32_t info = (uint32_t)x->exit[VMCS_VECTORING];
    char room[16];

    if (info & INTR_VALID)
        told(s, width, _("amid"), vector_name(info & INTR_VECTOR, room));
}

static void last_exit(const struct debugger *d, const struct vm_vmcs *x, int width, struct sheet *s)
{
    const struct vmx_exit e = vmx_told(x->exit);
    char text[2 * WORDS];

    told(s, width, e.reason & VMX_ENTRY_FAILED ? _("failed") : _("reason"), vmx_words_reason(e.reason, text));
    told(s, width, _("at"), words_address(d, (uint32_t)(x->exit[VMCS_GUEST_CS_BASE] + x->exit[VMCS_GUEST_EIP]), text));
    qualification(&e, width, s);
    if (e.length) {
        (void)snprintf(text, sizeof text, "%" PRIu32, e.length);
        told(s, width, _("length"), text);
    }
    vectoring(x, width, s);
    told(s, width, _("cause"), vmx_words_cause(&e, x->exit, text));
}

static void counts(const struct vm_stats *t, uint32_t last, int width, struct sheet *s)
{
    uint64_t all = 0;
    char text[WORDS];

    for (unsigned r = 0; r < VMX_REASONS; r++)
        all += t->vm_exits[r];
    sheet_line(s, LOOK_LABEL, _("by reason, of %" PRIu64 " in all"), all);
    for (unsigned r = 0; r < VMX_REASONS; r++) {
        enum look look = r == (last & 0xffff) ? LOOK_CHANGED : LOOK_PLAIN;

        if (!t->vm_exits[r])
            continue;
        sheet_put(s, look, "%s%s%s", r < 10 ? " " : "", vmx_words_reason(r, text), look == LOOK_CHANGED ? "*" : "");
        sheet_to(s, COUNT);
        sheet_put(s, look, "%12" PRIu64, t->vm_exits[r]);
        if (width >= WIDE && vmx_reason_doc[r])
            sheet_hang(s, LOOK_FAINT, DOC, width, _(vmx_reason_doc[r]));
        else
            sheet_end(s);
    }
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    struct vm_vmcs x;
    struct vm_stats t;

    vm_get_stats(d->s.vm, &t);
    if (!vm_get_vmcs(d->s.vm, &x)) {
        sheet_wrap(s, LOOK_FAINT, room->width, _("There is no VMCS (--mode vtx has one)."));
        return;
    }
    if (!x.exited)
        sheet_wrap(s, LOOK_FAINT, room->width, _("No VM exit yet since this VMCS is used."));
    else
        last_exit(d, &x, room->width, s);
    counts(&t, x.exited ? (uint32_t)x.exit[VMCS_EXIT_REASON] : UINT32_MAX, room->width, s);
}

const struct view view_vmexit = {
    .name = "vmexit",
    .title = N_("VM exits"),
    .doc = N_("the last VM exit: its reason, its qualification in words, and the control that asked for it; counts"),
    .detail = N_(
        "The hardware runs the guest until something happens that a control of the VMCS wants to go to the monitor. It "
        "then "
        "writes into the VMCS what that was: the exit reason, a qualification whose bits mean something else for each "
        "reason, and the length of the instruction. `amid` names the event whose delivery was broken off; a star marks "
        "the "
        "last exit's reason among the counts."),
    .source = "SDM Vol. 3, chapter 27 \"VM Exits\", tables 27-1 to 27-7, appendix C",
    .draw = draw,
    .there = view_vmx};
