/* SPDX-License-Identifier: MIT */
#include "ui/stats.h"

#include <inttypes.h>

#include "ui/disasm.h"
#include "ui/i18n.h"
#include "ui/options.h"
#include "ui/text.h"
#include "vmm/technique.h"

enum { LABEL = 16, NAME = 18 };

const char *stats_mmu(const struct vm *v)
{
    return vm_technique(v)->needs_monitor ? "shadow" : "none";
}

static void label(FILE *f, const char *text)
{
    (void)text_put(f, text, LABEL);
}

static void number(FILE *f, const char *name, uint64_t v, uint64_t whole)
{
    fputs("  ", f);
    (void)text_put(f, name, NAME);
    fprintf(f, "%15" PRIu64, v);
    if (whole)
        fprintf(f, "  %5.1f %%", 100.0 * (double)v / (double)whole);
    fputc('\n', f);
}

static void cycles(FILE *f, const struct vm_stats *s)
{
    const struct {
        const char *name;
        uint64_t v;
    } part[] = {{N_("guest"), s->by.guest},      {N_("tc"), s->by.tc},           {N_("walk"), s->by.walk},
                {N_("switch"), s->by.switching}, {N_("monitor"), s->by.monitor}, {N_("device"), s->by.device},
                {N_("idle"), s->by.idle}};

    number(f, _("cycles in all"), s->cycles, 0);
    for (unsigned i = 0; i < sizeof part / sizeof part[0]; i++)
        if (part[i].v)
            number(f, _(part[i].name), part[i].v, s->cycles);
}

static void vectors(FILE *f, const char *title, const uint64_t count[256])
{
    char room[16];
    bool any = false;

    for (unsigned v = 0; v < 256; v++) {
        if (!count[v])
            continue;
        if (!any)
            fprintf(f, "%s\n", title);
        any = true;
        number(f, vector_name(v, room), count[v], 0);
    }
}

static void exits(FILE *f, const uint64_t count[EXIT_REASONS])
{
    bool any = false;

    for (unsigned r = 0; r < EXIT_REASONS; r++) {
        if (!count[r])
            continue;
        if (!any)
            fprintf(f, "%s\n", _("entries into the monitor"));
        any = true;
        number(f, exit_info[r].name, count[r], 0);
    }
}

void stats_table(FILE *f, const struct result *r)
{
    const struct hole *h = vm_hole(r->vm);
    struct vm_stats s;

    vm_get_stats(r->vm, &s);
    label(f, _("mode"));
    fprintf(f, "%s, mmu %s, cpu %s\n", vm_technique(r->vm)->name, stats_mmu(r->vm),
            r->options->virtualizable ? "virtualizable" : "x86");
    label(f, _("outcome"));
    fprintf(f, "%s\n", outcome_name(r->outcome));
    number(f, _("instructions"), s.instructions, 0);
    number(f, _("direct"), s.direct, s.instructions);
    number(f, _("interpreted"), s.interpreted, s.instructions);
    cycles(f, &s);
    vectors(f, _("events the physical CPU took"), s.traps);
    vectors(f, _("events delivered to the guest"), s.injected);
    exits(f, s.exits);
    fprintf(f, "%s\n", _("TLB of the physical CPU"));
    number(f, _("hits"), s.tlb_hits, s.tlb_hits + s.tlb_misses);
    number(f, _("misses"), s.tlb_misses, s.tlb_hits + s.tlb_misses);
    number(f, _("flushes"), s.tlb_flushes, 0);
    if (h->bit)
        fprintf(f, _("hole: %s at %08" PRIx32 ": the guest saw %s, a true machine gives %s\n"), h->mnemonic,
                h->address.v, h->got, h->expected);
}
