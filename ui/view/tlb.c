/* SPDX-License-Identifier: MIT */
/* The TLB that is used, entry by entry, and which of its entries the tables no longer back. */
#include <inttypes.h>

#include "interp/machine.h"
#include "interp/segment.h"
#include "ui/debug/debugger.h"
#include "ui/debug/facts.h"
#include "ui/disasm.h"
#include "ui/i18n.h"
#include "ui/sheet.h"
#include "ui/view/views.h"
#include "ui/view/words.h"

enum { SET = 0, PAGE = 8, FRAME = 17, BITS = 23, REST = 28, WIDE = 58 };

static void bit(struct sheet *s, bool on, char letter)
{
    sheet_put(s, LOOK_PLAIN, "%c", on ? letter : '-');
}

/* "03.1": set and way; '>' before the way that its set gives up next. */
static void row(const struct debugger *d, const struct machine *m, unsigned set, unsigned way, bool wide,
                struct sheet *s)
{
    const struct tlb *t = &m->cpu.tlb;
    const struct tlb_entry *e = &t->entry[set * t->ways + way];
    bool stale = facts_stale(m, e), monitors = view_monitored(d) && e->vpn >= SEG_CUT >> PAGE_SHIFT;
    enum look look = stale ? LOOK_STALE : monitors ? LOOK_MONITOR : LOOK_PLAIN;
    char text[WORDS];

    sheet_put(s, LOOK_FAINT, "%02x%c%x", set, t->next[set] == way ? '>' : '.', way);
    sheet_to(s, PAGE);
    sheet_put(s, look, "%05" PRIx32 " -> %05" PRIx32, e->vpn, e->pfn);
    sheet_to(s, BITS);
    bit(s, e->rights & PTE_W, 'W');
    bit(s, e->rights & PTE_U, 'U');
    bit(s, e->rights & PTE_D, 'D');
    bit(s, e->rights & PTE_G, 'G');
    sheet_to(s, REST);
    if (stale)
        sheet_text(s, LOOK_STALE, _("stale"));
    else if (monitors)
        sheet_text(s, LOOK_MONITOR, _("monitor"));
    else if (wide)
        sheet_put(s, LOOK_FAINT, "%s%s", disasm_symbol(d->s.symbols, e->vpn << PAGE_SHIFT, text, sizeof text),
                  e->rights & PTE_PS ? _(" (part of 4 MiB)") : "");
    sheet_end(s);
}

static void rows(const struct debugger *d, const struct machine *m, bool wide, struct sheet *s)
{
    static const struct head head[] = {
        {SET, N_("set.way")}, {PAGE, N_("page")}, {FRAME, N_("frame")}, {BITS, "WUDG"}, {0, NULL}};
    const struct tlb *t = &m->cpu.tlb;
    unsigned valid = 0;

    for (unsigned i = 0; i < t->sets * t->ways; i++) {
        if (!tlb_valid(t, &t->entry[i]))
            continue;
        if (valid++ == 0)
            view_head(s, head);
        row(d, m, i / t->ways, i % t->ways, wide, s);
    }
    if (valid == 0)
        sheet_line(s, LOOK_FAINT, "%s", _("it is empty"));
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    const struct machine *m = debug_runner(d);
    const struct tlb *t = &m->cpu.tlb;
    uint64_t hits = tlb_hits(&m->cpu), looks = hits + t->misses;

    sheet_put(s, LOOK_LABEL, _("%u sets x %u ways"), t->sets, t->ways);
    sheet_put(s, LOOK_PLAIN, _(", of the %s CPU"), m == vm_hardware(d->s.vm) ? _("physical") : _("virtual"));
    sheet_end(s);
    sheet_put(s, LOOK_PLAIN, _("hits %" PRIu64 ", misses %" PRIu64), hits, t->misses);
    if (looks)
        sheet_put(s, LOOK_PLAIN, " (%.2f %%)", 100.0 * (double)t->misses / (double)looks);
    sheet_end(s);
    sheet_line(s, LOOK_PLAIN, _("flushes %" PRIu64), t->flushes);
    if (!(m->cpu.cr0 & CR0_PG))
        sheet_line(s, LOOK_FAINT, "%s", _("paging is off: it is not asked"));
    rows(d, m, room->width >= WIDE, s);
}

const struct view view_tlb = {
    .name = "tlb",
    .title = N_("TLB"),
    .doc = N_("what the TLB of the CPU that runs the guest holds, stale entries flagged, and how often it was right"),
    .detail = N_("Each row is one translation: set and way, linear page, frame of the machine, and the rights of both "
                 "levels taken together: W writable, U user, D dirty, G global. > marks the way that its set gives up "
                 "next (first in, first out). An entry is stale when the tables no longer say what it says: "
                 "software changed them and has not told the TLB. Looking changes nothing here."),
    .source = "SDM Vol. 3, 4.10 \"Caching Translation Information\"",
    .draw = draw};
