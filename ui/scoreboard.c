/* SPDX-License-Identifier: MIT */
#include "ui/scoreboard.h"

#include <inttypes.h>
#include <stdio.h>

#include "ui/i18n.h"
#include "ui/sheet.h"
#include "vmm/technique.h"
#include "vmm/vm.h"

enum { NAME = 2, NUMBER = 24, NUMBER_WIDTH = 12 };

const char *const resource_name[RESOURCES] = {
    [RESOURCE_STATE] = "state", [RESOURCE_PORT] = "port", [RESOURCE_MEMORY] = "memory", [RESOURCE_MONITOR] = "monitor"};

static const char *const resource_doc[RESOURCES] = {[RESOURCE_STATE] = N_("privileged state"),
                                                    [RESOURCE_PORT] = N_("ports"),
                                                    [RESOURCE_MEMORY] = N_("other memory"),
                                                    [RESOURCE_MONITOR] = N_("the monitor's half")};

/* What a guest was after when it made the monitor run. Those that are not here were after nothing that is not theirs. */
static const uint8_t wanted[EXIT_REASONS] = {
    [EXIT_cr_access] = RESOURCE_STATE,        [EXIT_io] = RESOURCE_PORT,
    [EXIT_interrupt_flag] = RESOURCE_STATE,   [EXIT_hlt] = RESOURCE_STATE,
    [EXIT_descriptor_table] = RESOURCE_STATE, [EXIT_sensitive] = RESOURCE_STATE,
    [EXIT_privileged] = RESOURCE_STATE,       [EXIT_mmio] = RESOURCE_MEMORY};

void scoreboard_take(struct scoreboard *b, const struct vm *v, const struct finding *k)
{
    struct vm_monitor m;
    struct vm_stats t;

    vm_get_stats(v, &t);
    (void)vm_get_monitor(v, &m);
    *b = (struct scoreboard){
        .hole = vm_hole(v), .exposed = m.exposed, .direct = t.direct, .instructions = t.instructions};
    if (k) {
        b->finding = *k;
        b->stale = finding_stale(k, v);
    }
    for (unsigned r = 0; r < EXIT_REASONS; r++)
        b->attempt[wanted[r]] += t.exits[r];
    b->attempt[RESOURCE_MONITOR] = t.beyond;
    for (unsigned r = RESOURCE_NONE + 1; r < RESOURCES; r++)
        b->attempts += b->attempt[r];
}

static void hole(const struct scoreboard *b, int width, struct sheet *s)
{
    char text[300];

    (void)snprintf(text, sizeof text, _("a hole bit at %08" PRIx32 ": %s"), b->hole->address.v, b->hole->mnemonic);
    sheet_hang(s, LOOK_BAD, NAME, width, text);
}

static void finding(const struct scoreboard *b, int width, struct sheet *s)
{
    static const char *const stale[] = {[STALE_TECHNIQUE] = N_("that was under another technique"),
                                        [STALE_CHANGED] = N_("the guest was changed from outside since"),
                                        [STALE_TIME] = N_("the guest has run on since")};
    const struct finding *k = &b->finding;
    bool same = k->kind == FINDING_SAME;
    char text[900];

    if (same)
        (void)snprintf(
            text, sizeof text,
            _("%s: the same as %s for %" PRIu64 " ticks, %" PRIu64 " to %" PRIu64 " (comparisons: %" PRIu64 ")"),
            k->technique->name, k->against->name, k->to - k->from, k->from, k->to, k->comparisons);
    else
        (void)snprintf(text, sizeof text, _("%s: not the same as %s after tick %" PRIu64 "; %s"), k->technique->name,
                       k->against->name, k->to, k->difference);
    sheet_hang(s, !same ? LOOK_BAD : b->stale ? LOOK_FAINT : LOOK_GOOD, NAME, width, text);
    if (b->stale)
        sheet_hang(s, LOOK_FAINT, NAME, width, _(stale[b->stale]));
}

static void equivalence(const struct scoreboard *b, const struct technique *t, int width, struct sheet *s)
{
    sheet_line(s, LOOK_LABEL, "%s", _("equivalence"));
    if (b->hole->bit)
        hole(b, width, s);
    if (b->finding.kind != FINDING_NONE)
        finding(b, width, s);
    else if (t->on_hardware)
        sheet_hang(s, LOOK_PLAIN, NAME, width, _("this is the machine itself"));
    else if (!b->hole->bit)
        sheet_hang(s, LOOK_PLAIN, NAME, width, _("not checked; no hole has bitten"));
}

static void control(const struct scoreboard *b, const struct technique *t, int width, struct sheet *s)
{
    sheet_line(s, LOOK_LABEL, "%s", _("resource control"));
    if (!t->needs_monitor) {
        sheet_hang(s, LOOK_PLAIN, NAME, width,
                   t->on_hardware ? _("none: the guest owns the machine")
                                  : _("nothing to stop: no instruction reaches the hardware"));
        return;
    }
    for (unsigned r = RESOURCE_NONE + 1; r < RESOURCES; r++) {
        sheet_to(s, NAME);
        sheet_text(s, LOOK_PLAIN, _(resource_doc[r]));
        sheet_to(s, NUMBER);
        sheet_line(s, LOOK_PLAIN, "%*" PRIu64, NUMBER_WIDTH, b->attempt[r]);
    }
    sheet_to(s, NAME);
    if (b->exposed)
        sheet_line(s, LOOK_BAD, _("pages that lead to frames of others: %u"), b->exposed);
    else
        sheet_line(s, LOOK_GOOD, _("attempts: %" PRIu64 ", all stopped"), b->attempts);
}

static void efficiency(const struct scoreboard *b, struct sheet *s)
{
    sheet_line(s, LOOK_LABEL, "%s", _("efficiency"));
    sheet_to(s, NAME);
    sheet_text(s, LOOK_PLAIN, _("run by the hardware"));
    sheet_to(s, NUMBER);
    if (b->instructions)
        sheet_line(s, LOOK_PLAIN, "%*.2f%%", NUMBER_WIDTH - 1, 100.0 * (double)b->direct / (double)b->instructions);
    else
        sheet_line(s, LOOK_PLAIN, "%*s", NUMBER_WIDTH, "-");
}

void scoreboard_sheet(const struct vm *v, const struct finding *k, int width, struct sheet *s)
{
    const struct technique *t = vm_technique(v);
    struct scoreboard b;

    scoreboard_take(&b, v, k);
    equivalence(&b, t, width, s);
    control(&b, t, width, s);
    efficiency(&b, s);
}
