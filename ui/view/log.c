/* SPDX-License-Identifier: MIT */
/* What happened, event by event: each kind of event.def has a function that says it in words. */
#include <inttypes.h>
#include <stdio.h>

#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"
#include "ui/view/vmx_words.h"
#include "vmm/technique.h"

enum { STAMP_MIN = 6, LETTER = 2, NAME = 10, WIDE = 58, MEANWHILE = 200 };

typedef void teller(const struct debugger *d, const uint64_t *f, struct sheet *s);

static const char *place(const struct debugger *d, uint64_t at, char text[WORDS])
{
    return words_place(d, (uint32_t)at, text);
}

/* A vector with its error code, for those that push one (SDM Vol. 3, table 6-1). */
static void put_vector(struct sheet *s, uint64_t vector, uint64_t error)
{
    static const uint32_t with_code =
        1 << VEC_DF | 1 << VEC_TS | 1 << VEC_NP | 1 << VEC_SS | 1 << VEC_GP | 1 << VEC_PF | 1 << VEC_AC;
    char room[16];

    sheet_text(s, LOOK_PLAIN, vector_name((unsigned)vector & 0xff, room));
    if (vector < 32 && with_code >> vector & 1)
        sheet_put(s, LOOK_PLAIN, "(%" PRIx64 ")", error);
}

/* ---- the kinds --------------------------------------------------------------------------------------------------- */

static void tell_trap(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    char text[WORDS];

    put_vector(s, f[0], f[1]);
    sheet_put(s, LOOK_PLAIN, _(" at %s"), place(d, f[3], text));
    if (f[0] == VEC_PF)
        sheet_put(s, LOOK_PLAIN, _(", for %s"), place(d, f[4], text));
}

static void tell_tlb_miss(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    (void)d;
    sheet_put(s, LOOK_FAINT, f[2] ? _("TLB miss %08" PRIx64 ", write") : _("TLB miss %08" PRIx64), f[0]);
    if (f[1]) /* the walk that the tables refused found nothing */
        sheet_put(s, LOOK_FAINT, " -> %08" PRIx64, f[1]);
}

static void tell_tlb_evict(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    (void)d;
    sheet_put(s, LOOK_FAINT, _("TLB evicts %08" PRIx64), f[0]);
}

static void tell_tlb_flush(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    (void)d;
    sheet_text(s, LOOK_PLAIN, f[0] ? _("TLB emptied") : _("TLB emptied, but for global entries"));
}

static void tell_tlb_invlpg(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    (void)d;
    sheet_put(s, LOOK_PLAIN, _("TLB drops %08" PRIx64), f[0]);
}

static void tell_cr_write(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    (void)d;
    sheet_put(s, LOOK_PLAIN, "CR%" PRIu64 ": %08" PRIx64 " -> %08" PRIx64, f[0], f[1], f[2]);
}

static void put_value(struct sheet *s, uint64_t size, uint64_t value)
{
    sheet_put(s, LOOK_PLAIN, " %0*" PRIx64, (int)(2 * size), value);
    if (size == 1 && value >= ' ' && value < 0x7f)
        sheet_put(s, LOOK_PLAIN, " '%c'", (int)value);
}

static void tell_port_in(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    (void)d;
    sheet_put(s, LOOK_PLAIN, _("port %03" PRIx64 " gives"), f[0]);
    put_value(s, f[1], f[2]);
}

static void tell_port_out(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    (void)d;
    sheet_put(s, LOOK_PLAIN, _("port %03" PRIx64 " takes"), f[0]);
    put_value(s, f[1], f[2]);
}

static void tell_mmio(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    (void)d;
    sheet_put(s, LOOK_PLAIN, f[2] ? _("no RAM at %08" PRIx64 ", which takes") : _("no RAM at %08" PRIx64 ": reads"),
              f[0]);
    put_value(s, f[1], f[3]);
}

static void tell_ring(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    (void)d;
    sheet_put(s, LOOK_PLAIN, _("ring %" PRIu64 " -> ring %" PRIu64), f[0], f[1]);
}

static void tell_halt(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    char text[WORDS];

    sheet_put(s, LOOK_PLAIN, _("HLT at %s"), place(d, f[0], text));
}

static void tell_shutdown(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    char text[WORDS];

    sheet_text(s, LOOK_BAD, _("triple fault, the last was "));
    put_vector(s, f[0], 0);
    sheet_put(s, LOOK_BAD, _(" at %s"), place(d, f[1], text));
}

static void tell_hole(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    const struct hole *h = vm_hole(d->s.vm);
    char text[WORDS];

    sheet_put(s, LOOK_BAD, _("a hole bit at %s"), place(d, f[0], text));
    if (h->bit && h->address.v == f[0])
        sheet_put(s, LOOK_BAD, _(": %s gave %s, not %s"), h->mnemonic, h->got, h->expected);
}

static void tell_exit(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    char text[WORDS];

    sheet_put(s, LOOK_LABEL, "%s", f[0] < EXIT_REASONS ? exit_info[f[0]].name : "?");
    if (f[1] != NO_VECTOR) {
        sheet_text(s, LOOK_PLAIN, ", ");
        put_vector(s, f[1], f[2]);
    }
    sheet_put(s, LOOK_PLAIN, _(" at %s"), place(d, f[3], text));
}

static void tell_emulate(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    char text[WORDS];

    sheet_put(s, LOOK_PLAIN, f[1] ? _("emulates %s") : _("emulates %s: it faults"), place(d, f[0], text));
    sheet_put(s, LOOK_PLAIN, _(", next %s"), place(d, f[2], text));
}

static void tell_inject(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    char text[WORDS];

    sheet_text(s, LOOK_PLAIN, _("injects "));
    put_vector(s, f[0], f[1]);
    sheet_put(s, LOOK_PLAIN, _(" at %s"), place(d, f[2], text));
}

static void tell_shadow_fill(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    (void)d;
    sheet_put(s, LOOK_PLAIN, _("fills %08" PRIx64 " -> hpa %08" PRIx64 ", by gpa %08" PRIx64), f[0], f[2], f[1]);
}

static void tell_nested_fill(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    (void)d;
    sheet_put(s, LOOK_PLAIN, _("fills gpa %08" PRIx64 " -> hpa %08" PRIx64), f[0], f[1]);
}

static void tell_shadow_drop(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    (void)d;
    sheet_put(s, LOOK_PLAIN, _("empties the shadow; guest CR3 %08" PRIx64), f[0]);
}

static void tell_resume(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    char text[WORDS];

    sheet_put(s, LOOK_PLAIN, _("resumes the guest at %s"), place(d, f[0], text));
}

static void tell_world(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    char text[WORDS];

    sheet_put(s, LOOK_PLAIN, _("interprets from %s: "), place(d, f[1], text));
    sheet_text(s, LOOK_LABEL, f[0] < WHY_COUNT ? why_info[f[0]].name : "?");
    sheet_put(s, LOOK_FAINT, " (%s)", f[0] < WHY_COUNT ? _(why_info[f[0]].doc) : "?");
}

static void tell_vm_entry(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    char text[WORDS];

    sheet_put(s, LOOK_PLAIN, _("VM entry: the guest goes on at %s"), place(d, f[1], text));
    if (f[2] & INTR_VALID)
        sheet_put(s, LOOK_PLAIN, _(", injected: %08" PRIx64), f[2]);
}

static void tell_vm_exit(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    const struct vmx_exit e = vmx_told_by_event(f);
    char text[WORDS];

    sheet_text(s, LOOK_PLAIN, f[0] & VMX_ENTRY_FAILED ? _("VM entry fails: ") : _("VM exit "));
    sheet_text(s, LOOK_LABEL, vmx_words_reason(e.reason, text));
    sheet_put(s, LOOK_PLAIN, _(" at %s"), place(d, f[3], text));
    if (*vmx_words_qualification(&e, text))
        sheet_put(s, LOOK_PLAIN, "; %s", text);
}

static void tell_swap(const struct debugger *d, const uint64_t *f, struct sheet *s)
{
    char text[WORDS];

    sheet_put(s, LOOK_HERE, _("%s takes over from %s"), technique_name(f[1]), technique_name(f[0]));
    sheet_put(s, LOOK_PLAIN, _(" at %s"), place(d, f[2], text));
    if (f[3])
        sheet_put(s, LOOK_PLAIN, _("; pages brought home: %" PRIu64), f[3]);
}

static teller *const tell[EVENT_KINDS] = {
#define EVENT(name, ...) [EVENT_##name] = tell_##name,
#include "interp/event.def"
#undef EVENT
};

/* ---- the view ---------------------------------------------------------------------------------------------------- */

enum source { SOURCE_HARDWARE, SOURCE_MONITOR, SOURCE_VIRTUAL };

/* Who says so: the events of the virtual machine apart, some are the monitor's own (vm_event()). */
static enum source source_of(const struct recorded *r)
{
    switch (r->event.kind) {
    case EVENT_hole:
    case EVENT_exit:
    case EVENT_emulate:
    case EVENT_inject:
    case EVENT_shadow_fill:
    case EVENT_shadow_drop:
    case EVENT_resume:
    case EVENT_swap:
    case EVENT_world: return SOURCE_MONITOR;
    default: return r->physical ? SOURCE_HARDWARE : SOURCE_VIRTUAL;
    }
}

/*
 * The virtual CPU's clock is another one: under a monitor its events happen at the stamp before them. One that lies before
 * `last` is of the time when another technique had the guest.
 */
static void row(const struct debugger *d, const struct recorded *r, int stamp, uint64_t last, bool wide,
                struct sheet *s)
{
    static const struct {
        const char *letter, *name;
        enum look look;
    } who[] = {
        {"H", N_("hardware"), LOOK_HARDWARE}, {"M", N_("monitor"), LOOK_MONITOR}, {"v", N_("virtual"), LOOK_KERNEL}};
    enum source source = source_of(r);

    if (source != SOURCE_VIRTUAL || (!view_monitored(d) && r->event.cycles >= last))
        sheet_put(s, LOOK_FAINT, "%*" PRIu64, stamp, r->event.cycles);
    sheet_to(s, stamp + 1);
    sheet_text(s, who[source].look, wide ? _(who[source].name) : who[source].letter);
    sheet_to(s, stamp + 1 + (wide ? NAME : LETTER));
    tell[r->event.kind](d, r->event.field, s);
    sheet_end(s);
}

/* Columns of the longest stamp. */
static int stamp_width(const struct debugger *d)
{
    int width = snprintf(NULL, 0, "%" PRIu64, debug_cycles(d));

    return width > STAMP_MIN ? width : STAMP_MIN;
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    uint64_t first = recorder_first(d->events), last = d->events->count, now = 0;
    int stamp = stamp_width(d);

    if (first == last)
        sheet_line(s, LOOK_FAINT, "%s", _("nothing has happened yet"));
    if (debug_running(d) && last - first > MEANWHILE)
        first = last - MEANWHILE;
    for (uint64_t i = first; i < last; i++) {
        const struct recorded *r = recorder_at(d->events, i);

        row(d, r, stamp, now, room->width >= WIDE, s);
        now = r->event.cycles > now ? r->event.cycles : now;
    }
}

const struct view view_log = {
    .name = "log",
    .title = N_("Monitor log"),
    .doc = N_("what happened lately, event by event: traps, exits, emulation, injection, shadow fills, TLB"),
    .detail =
        N_("Each line is one event, the newest last, stamped with the cycle of the physical CPU at which it came. "
           "H is the hardware, M the monitor, v the virtual CPU, to which the monitor gives instructions to "
           "execute. Trap-and-emulate reads: H a trap, M the exit and its reason, v what the instruction did, "
           "M the emulation, M the way back."),
    .source = "SDM Vol. 3, chapter 6 \"Interrupt and Exception Handling\"",
    .draw = draw,
    .at_end = true};
