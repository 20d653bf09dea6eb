/* SPDX-License-Identifier: MIT */
/* Why a VM exit came: the controls that ask for it (SDM Vol. 3, 24.6 and 25.1 to 25.3), read from the VMCS that the exit left. */
#include <inttypes.h>
#include <stdio.h>

#include "interp/machine.h"
#include "ui/i18n.h"
#include "ui/view/vmx_words.h"

enum { ROOM = 2 * WORDS };

/* A bit of a field, by the SDM's name. */
struct control {
    enum vmcs_field field;
    unsigned bit;
    const char *name;
};

static void say_bit(const struct control *c, const uint64_t *f, char text[ROOM])
{
    (void)snprintf(text, ROOM, _("\"%s\" (bit %u of %s) is %u"), c->name, c->bit, vmcs_info[c->field].name,
                   (unsigned)(f[c->field] >> c->bit & 1));
}

/* Reasons that one control is asked for, whatever the instruction wants. */
static const struct {
    enum vmx_reason reason;
    struct control control;
} by_control[] = {
    {VMX_INTERRUPT, {VMCS_PIN_CONTROLS, 0, "external-interrupt exiting"}},
    {VMX_TIMER, {VMCS_PIN_CONTROLS, 6, "activate VMX-preemption timer"}},
    {VMX_INTR_WINDOW, {VMCS_PROC_CONTROLS, 2, "interrupt-window exiting"}},
    {VMX_HLT, {VMCS_PROC_CONTROLS, 7, "HLT exiting"}},
    {VMX_INVLPG, {VMCS_PROC_CONTROLS, 9, "INVLPG exiting"}},
    {VMX_RDPMC, {VMCS_PROC_CONTROLS, 11, "RDPMC exiting"}},
    {VMX_RDTSC, {VMCS_PROC_CONTROLS, 12, "RDTSC exiting"}},
    {VMX_NMI_WINDOW, {VMCS_PROC_CONTROLS, 22, "NMI-window exiting"}},
    {VMX_DR, {VMCS_PROC_CONTROLS, 23, "MOV-DR exiting"}},
    {VMX_MTF, {VMCS_PROC_CONTROLS, 27, "monitor trap flag"}},
    {VMX_PAUSE, {VMCS_PROC_CONTROLS, 30, "PAUSE exiting"}},
    {VMX_EPT_VIOLATION, {VMCS_PROC2_CONTROLS, 1, "enable EPT"}},
    {VMX_EPT_MISCONFIG, {VMCS_PROC2_CONTROLS, 1, "enable EPT"}},
    {VMX_GDTR_IDTR, {VMCS_PROC2_CONTROLS, 2, "descriptor-table exiting"}},
    {VMX_LDTR_TR, {VMCS_PROC2_CONTROLS, 2, "descriptor-table exiting"}},
    {VMX_WBINVD, {VMCS_PROC2_CONTROLS, 6, "WBINVD exiting"}},
};

/* ---- where more than one bit decides ----------------------------------------------------------------------------- */

/* 25.2. Page faults: the bitmap's bit counts as it is if the masked error code matches, and the other way round if not. */
static void say_exception(const struct vmx_exit *e, const uint64_t *f, char text[ROOM])
{
    static const struct control nmi = {VMCS_PIN_CONTROLS, 3, "NMI exiting"};
    unsigned vector = e->event.info & INTR_VECTOR;
    uint32_t mask = (uint32_t)f[VMCS_PFEC_MASK], match = (uint32_t)f[VMCS_PFEC_MATCH];
    int n;

    if ((e->event.info >> INTR_TYPE_SHIFT & 7) == INTR_NMI) {
        say_bit(&nmi, f, text);
        return;
    }
    n = snprintf(text, ROOM, _("bit %u of EXCEPTION_BITMAP is %u"), vector,
                 (unsigned)(f[VMCS_EXCEPTION_BITMAP] >> (vector & 31) & 1));
    if (vector == VEC_PF && (mask || match))
        (void)snprintf(text + n, ROOM - (size_t)n,
                       _(", and the error code, masked with PFEC_MASK %" PRIx32 ", compares with PFEC_MATCH %" PRIx32),
                       mask, match);
}

/* 25.1.3 */
static void say_cr(const struct vmx_exit *e, const uint64_t *f, char text[ROOM])
{
    static const struct control cr3[] = {{VMCS_PROC_CONTROLS, 15, "CR3-load exiting"},
                                         {VMCS_PROC_CONTROLS, 16, "CR3-store exiting"}};
    unsigned cr = e->qualification & 15, access = e->qualification >> 4 & 3;

    if (cr == 3 && access < 2)
        say_bit(&cr3[access], f, text);
    else if (access == 2)
        (void)snprintf(text, ROOM, "%s", _("the host owns CR0.TS (bit 3 of CR0_MASK), and the guest sees it set"));
    else
        (void)snprintf(text, ROOM,
                       _("the host owns the bits %08" PRIx64 " of CR%u (CR%u_MASK), and one of them would become "
                         "other than the guest sees it in %08" PRIx64 " (CR%u_SHADOW)"),
                       f[cr ? VMCS_CR4_MASK : VMCS_CR0_MASK], cr, cr, f[cr ? VMCS_CR4_SHADOW : VMCS_CR0_SHADOW], cr);
}

static void say_io(const struct vmx_exit *e, const uint64_t *f, char text[ROOM])
{
    static const struct control all = {VMCS_PROC_CONTROLS, 24, "unconditional I/O exiting"};
    unsigned port = e->qualification >> 16;

    if (f[VMCS_PROC_CONTROLS] & PROC_IO_BITMAPS)
        (void)snprintf(text, ROOM, _("a bit of these ports is 1 in IO_BITMAP_%c"), port & 0x8000 ? 'B' : 'A');
    else
        say_bit(&all, f, text);
}

static void say_msr(const struct vmx_exit *e, const uint64_t *f, char text[ROOM])
{
    static const struct control bitmaps = {VMCS_PROC_CONTROLS, 28, "use MSR bitmaps"};

    (void)e;
    if (f[VMCS_PROC_CONTROLS] & PROC_MSR_BITMAPS)
        (void)snprintf(text, ROOM, "%s", _("the MSR's bit in MSR_BITMAP is 1, or it has none there"));
    else
        say_bit(&bitmaps, f, text);
}

static void say_failed(const struct vmx_exit *e, const uint64_t *f, char text[ROOM])
{
    (void)e;
    (void)f;
    (void)snprintf(text, ROOM, "%s", _("the entry's checks of the guest state failed"));
}

/* Instructions that no control lets pass, and ends that no guest may have for itself. */
static void say_always(char text[ROOM])
{
    (void)snprintf(text, ROOM, "%s", _("this always exits, whatever the controls say"));
}

const char *vmx_words_cause(const struct vmx_exit *e, const uint64_t f[VMCS_FIELDS], char text[ROOM])
{
    switch (e->reason & 0xffff) {
    case VMX_EXCEPTION: say_exception(e, f, text); return text;
    case VMX_CR: say_cr(e, f, text); return text;
    case VMX_IO: say_io(e, f, text); return text;
    case VMX_RDMSR:
    case VMX_WRMSR: say_msr(e, f, text); return text;
    case VMX_GUEST_STATE:
    case VMX_MSR_LOAD: say_failed(e, f, text); return text;
    default: break;
    }
    for (unsigned i = 0; i < sizeof by_control / sizeof by_control[0]; i++)
        if (by_control[i].reason == (e->reason & 0xffff)) {
            say_bit(&by_control[i].control, f, text);
            return text;
        }
    say_always(text);
    return text;
}
