/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "ui/demo.h"
#include "ui/i18n.h"
#include "ui/text.h"

enum { NAME = 34, INDENT = 2 };

static void line(const char *name, uint64_t v, uint64_t whole)
{
    fputs("  ", stdout);
    (void)text_put(stdout, name, NAME);
    printf("%10" PRIu64 "  %5.1f %%\n", v, whole ? 100.0 * (double)v / (double)whole : 0.0);
}

static void print_exits(const struct vm_stats *s)
{
    char text[1024];
    uint64_t all = 0;
    int n;

    for (unsigned r = 0; r < EXIT_REASONS; r++)
        all += s->exits[r];
    n = snprintf(text, sizeof text, "%s: %" PRIu64, _("entries into the monitor"), all);
    for (unsigned r = 0; r < EXIT_REASONS && n >= 0 && (size_t)n < sizeof text; r++)
        if (s->exits[r])
            n += snprintf(text + n, sizeof text - (size_t)n, ", %s %" PRIu64, exit_info[r].name, s->exits[r]);
    text_wrap(stdout, text, INDENT, DEMO_WIDTH);
}

void demo_costs(const struct vm_stats *s)
{
    const struct {
        const char *name;
        uint64_t v;
    } part[] = {{N_("cycles: the guest's own"), s->by.guest},
                {N_("cycles: page-table walks"), s->by.walk},
                {N_("cycles: switching to the monitor"), s->by.switching},
                {N_("cycles: the monitor's work"), s->by.monitor},
                {N_("cycles: devices"), s->by.device},
                {N_("cycles: waiting"), s->by.idle}};

    line(_("instructions run by the hardware"), s->direct, s->instructions);
    line(_("instructions emulated"), s->interpreted, s->instructions);
    for (unsigned i = 0; i < sizeof part / sizeof part[0]; i++)
        if (part[i].v)
            line(_(part[i].name), part[i].v, s->cycles);
    print_exits(s);
}
