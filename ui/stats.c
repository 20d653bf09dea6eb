/* SPDX-License-Identifier: MIT */
#include "ui/stats.h"

#include <inttypes.h>

#include "ui/disasm.h"
#include "ui/i18n.h"
#include "ui/options.h"
#include "ui/scoreboard.h"
#include "ui/sheet.h"
#include "vmm/technique.h"

enum { LABEL = 16, NAME = 2, NUMBER = 19, NUMBER_WIDTH = 12, WIDTH = 79 };

const char *stats_mmu(const struct vm *v)
{
    static const char *const name[] = {"none", "shadow", "nested"};

    return name[vm_mmu(v)];
}

static void put(struct sheet *s, const char *name, int column, uint64_t v)
{
    sheet_to(s, NAME);
    sheet_text(s, LOOK_PLAIN, name);
    sheet_to(s, column);
    sheet_put(s, LOOK_PLAIN, "%*" PRIu64, NUMBER_WIDTH, v);
}

static void number(struct sheet *s, const char *name, uint64_t v, uint64_t whole)
{
    put(s, name, NUMBER, v);
    if (whole)
        sheet_put(s, LOOK_PLAIN, " %5.1f%%", 100.0 * (double)v / (double)whole);
    sheet_end(s);
}

static void cycles(struct sheet *s, const struct vm_stats *t)
{
    const struct {
        const char *name;
        uint64_t v;
    } part[] = {{N_("guest"), t->by.guest},      {N_("tc"), t->by.tc},           {N_("walk"), t->by.walk},
                {N_("switch"), t->by.switching}, {N_("monitor"), t->by.monitor}, {N_("device"), t->by.device},
                {N_("idle"), t->by.idle}};

    number(s, _("cycles in all"), t->cycles, 0);
    for (unsigned i = 0; i < sizeof part / sizeof part[0]; i++)
        if (part[i].v)
            number(s, _(part[i].name), part[i].v, t->cycles);
}

void stats_vectors(struct sheet *s, const char *title, int column, const uint64_t count[256])
{
    char room[16];
    bool any = false;

    for (unsigned v = 0; v < 256; v++) {
        if (!count[v])
            continue;
        if (!any)
            sheet_line(s, LOOK_LABEL, "%s", title);
        any = true;
        put(s, vector_name(v, room), column, count[v]);
        sheet_end(s);
    }
}

static void exits(struct sheet *s, const uint64_t count[EXIT_REASONS])
{
    bool any = false;

    for (unsigned r = 0; r < EXIT_REASONS; r++) {
        if (!count[r])
            continue;
        if (!any)
            sheet_line(s, LOOK_LABEL, "%s", _("entries into the monitor"));
        any = true;
        number(s, exit_info[r].name, count[r], 0);
    }
}

/* By the SDM's numbers. */
static void vm_exits(struct sheet *s, const uint64_t count[VMX_REASONS])
{
    bool any = false;

    for (unsigned r = 0; r < VMX_REASONS; r++) {
        char name[24];

        if (!count[r])
            continue;
        if (!any)
            sheet_line(s, LOOK_LABEL, "%s", _("VM exits by basic exit reason"));
        any = true;
        (void)snprintf(name, sizeof name, "%2u %s", r, vmx_reason_name[r] ? vmx_reason_name[r] : "?");
        number(s, name, count[r], 0);
    }
}

void stats_sheet(const struct vm *v, const struct symbols *symbols, struct sheet *s)
{
    const struct hole *h = vm_hole(v);
    char name[128];
    struct vm_stats t;

    vm_get_stats(v, &t);
    number(s, _("instructions"), t.instructions, 0);
    number(s, _("direct"), t.direct, t.instructions);
    number(s, _("interpreted"), t.interpreted, t.instructions);
    cycles(s, &t);
    stats_vectors(s, _("events the physical CPU took"), NUMBER, t.traps);
    stats_vectors(s, _("events delivered to the guest"), NUMBER, t.injected);
    exits(s, t.exits);
    vm_exits(s, t.vm_exits);
    if (t.swaps)
        number(s, _("changes of technique"), t.swaps, 0);
    sheet_line(s, LOOK_LABEL, "%s", _("TLB of the CPU that runs the guest"));
    number(s, _("hits"), t.tlb_hits, t.tlb_hits + t.tlb_misses);
    number(s, _("misses"), t.tlb_misses, t.tlb_hits + t.tlb_misses);
    number(s, _("flushes"), t.tlb_flushes, 0);
    if (h->bit)
        sheet_line(s, LOOK_BAD, _("hole: %s at %08" PRIx32 " %s: the guest saw %s, a true machine gives %s"),
                   h->mnemonic, h->address.v, disasm_symbol(symbols, h->address.v, name, sizeof name), h->got,
                   h->expected);
}

void stats_table(FILE *f, const struct result *r)
{
    struct sheet s = {.limit = 0};

    sheet_text(&s, LOOK_PLAIN, _("mode"));
    sheet_to(&s, LABEL);
    sheet_line(&s, LOOK_PLAIN, "%s, mmu %s, cpu %s", vm_technique(r->vm)->name, stats_mmu(r->vm),
               r->options->virtualizable ? "virtualizable" : "x86");
    sheet_text(&s, LOOK_PLAIN, _("outcome"));
    sheet_to(&s, LABEL);
    sheet_line(&s, LOOK_PLAIN, "%s", outcome_name(r->outcome));
    stats_sheet(r->vm, r->symbols, &s);
    scoreboard_sheet(r->vm, r->finding, WIDTH, &s);
    sheet_print(&s, 0, f);
    sheet_free(&s);
}
