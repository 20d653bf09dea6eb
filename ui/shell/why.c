/* SPDX-License-Identifier: MIT */
#include "ui/shell/why.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "interp/machine.h"
#include "interp/segment.h"
#include "ui/debug/debugger.h"
#include "ui/disasm.h"
#include "ui/i18n.h"
#include "ui/sheet.h"

enum { TEXT = 4096, NAME = 128 };

struct words {
    const struct debugger *d;
    const struct facts *f;
    char text[TEXT];
    size_t n;
};

__attribute__((format(printf, 2, 3))) static void say(struct words *w, const char *fmt, ...)
{
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(w->text + w->n, sizeof w->text - w->n, fmt, args);
    va_end(args);
    if (n > 0)
        w->n = w->n + (size_t)n < sizeof w->text ? w->n + (size_t)n : sizeof w->text - 1;
}

static void say_question(struct words *w)
{
    static const char *const subject[3][2] = {
        {N_("The guest's kernel reads at %08" PRIx32 "%s. "), N_("A user program reads at %08" PRIx32 "%s. ")},
        {N_("The guest's kernel writes to %08" PRIx32 "%s. "), N_("A user program writes to %08" PRIx32 "%s. ")},
        {N_("The guest's kernel fetches an instruction at %08" PRIx32 "%s. "),
         N_("A user program fetches an instruction at %08" PRIx32 "%s. ")}};
    const struct question *q = &w->f->q;
    char name[NAME], in[NAME + 4] = "";

    if (*disasm_symbol(w->d->s.symbols, q->at.v, name, sizeof name))
        (void)snprintf(in, sizeof in, " <%s>", name);
    say(w, _(subject[q->kind][q->user]), q->at.v, in);
}

static unsigned index_of(const struct walk *g, unsigned level)
{
    return level ? g->lin >> 12 & 0x3ff : g->lin >> 22;
}

/* Which entry forbids it, and why (SDM Vol. 3, 4.6 and 4.7). */
static void say_forbidden(struct words *w)
{
    static const char *const level[] = {N_("directory"), N_("table")};
    const struct walk *g = &w->f->guest;
    unsigned i = facts_refusing_level(g);
    bool absent = !(g->step[i].entry & PTE_P), user = g->user && !(g->rights & PTE_U);

    say(w, _("The guest's own tables forbid it: %s entry %u (%08" PRIx32 ") "), _(level[i]), index_of(g, i),
        (uint32_t)g->step[i].entry);
    if (absent)
        say(w, "%s", _("is not present (P=0). "));
    else if (user)
        say(w, "%s", _("is the kernel's only (U/S=0). "));
    else if (g->user)
        say(w, "%s", _("is read-only (R/W=0). "));
    else
        say(w, "%s", _("is read-only (R/W=0), and with CR0.WP=1 that holds for the kernel too. "));
}

static void say_guest_tables(struct words *w)
{
    const struct walk *g = &w->f->guest;

    if (!w->f->paging) {
        say(w, _("Its paging is off, so the linear address is the physical one: gpa %08" PRIx64 ". "), g->pa);
        return;
    }
    if (!g->ok) {
        say_forbidden(w);
        return;
    }
    say(w, _("The guest's tables allow it: directory entry %u (%08" PRIx32 ")"), index_of(g, 0),
        (uint32_t)g->step[0].entry);
    if (g->rights & PTE_PS)
        say(w, "%s", _(", a 4 MiB page"));
    else
        say(w, _(" and table entry %u (%08" PRIx32 ")"), index_of(g, 1), (uint32_t)g->step[1].entry);
    say(w, _(" lead to gpa %08" PRIx64 ". "), g->pa);
}

static void say_p2m(struct words *w)
{
    const struct facts *f = w->f;

    if (f->runs == vm_hardware(debug_vm(w->d)) && !f->monitored)
        return; /* native: gpa and hpa are one */
    if (f->frame != NO_FRAME)
        say(w, _("The p2m puts that into hpa %08" PRIx64 ". "),
            (uint64_t)f->frame << PAGE_SHIFT | (f->guest.pa & PAGE_OFFSET));
}

static void say_tlb(struct words *w)
{
    const struct facts *f = w->f;

    if (!(f->runs->cpu.cr0 & CR0_PG) || f->cut)
        return;
    if (!f->tlb)
        say(w, "%s", _("The TLB has no entry for the page. "));
    else if (f->stale)
        say(w,
            _("The TLB holds the page as frame %05" PRIx32 ", which is no longer what the tables say: a stale entry. "),
            f->tlb->pfn);
    else
        say(w, _("The TLB holds the page, as frame %05" PRIx32 ". "), f->tlb->pfn);
    if (f->tlb && f->granted && f->stale)
        say(w, "%s", _("The processor uses it all the same, until it is flushed (INVLPG, MOV to CR3). "));
    else if (f->tlb && f->granted)
        say(w, "%s", _("It allows the access, so no table is walked. "));
    else if (f->tlb)
        say(w, "%s", _("It does not allow the access, so the tables are walked again. "));
}

static void say_shadow(struct words *w)
{
    const struct facts *f = w->f;
    const struct walk *u = &f->used;

    if (!f->monitored || f->cut || f->granted)
        return;
    if (f->two_dimensions) {
        say(w, "%s", u->ok ? _("EPT allows it. ") : u->refused ? _("EPT does not allow it. ") : "");
        return;
    }
    if (u->ok)
        say(w, _("The shadow allows it, with entry %08" PRIx32 ". "), (uint32_t)u->step[u->steps - 1].entry);
    else if (!(u->step[u->steps - 1].entry & PTE_P))
        say(w, "%s", _("The shadow has no entry for it. "));
    else
        say(w, _("The shadow's entry %08" PRIx32 " does not allow it. "), (uint32_t)u->step[u->steps - 1].entry);
}

/* A vector's gate in the guest's IDT (SDM Vol. 3, 6.11). False: there is none. */
static bool gate_of(const struct words *w, unsigned vector, uint32_t gate[2])
{
    const struct dtr *t = &vm_guest(debug_vm(w->d))->cpu.idtr;

    return t->limit >= 8 * vector + 7 && !debug_peek(w->d, gva(t->base + 8 * vector), gate, 2 * sizeof *gate) &&
           (gate[1] & ATTR_P << 8);
}

/* The guest's handler for #PF; without one, what comes instead (SDM Vol. 3, 6.15, "Interrupt 8"). */
static void say_handler(struct words *w)
{
    uint32_t gate[2], at;
    char name[NAME];

    if (!gate_of(w, VEC_PF, gate)) {
        say(w, "%s",
            gate_of(w, VEC_DF, gate)
                ? _("Its IDT has no gate for that, which makes it a double fault. ")
                : _("Its IDT has no gate for that, and none for the double fault which that makes: "
                    "a triple fault, and the machine stops. "));
        return;
    }
    at = (gate[0] & 0xffff) | (gate[1] & 0xffff0000);
    (void)disasm_symbol(w->d->s.symbols, at, name, sizeof name);
    say(w, _("Its handler is at %08" PRIx32 "%s%s%s. "), at, *name ? " <" : "", name, *name ? ">" : "");
}

static void say_true_fault(struct words *w)
{
    const struct facts *f = w->f;

    if (f->monitored && f->two_dimensions)
        say(w, _("So the hardware delivers #PF, error code %" PRIx32 ", to the guest by itself: no exit. "),
            f->guest.error);
    else if (f->monitored)
        say(w,
            _("So the hardware's #PF enters the monitor (exit true_fault), which lets the virtual CPU deliver #PF, "
              "error code %" PRIx32 ", to the guest. "),
            f->guest.error);
    else if (f->runs == vm_hardware(debug_vm(w->d)))
        say(w, _("So the processor delivers #PF, error code %" PRIx32 ", to the guest. "), f->guest.error);
    else
        say(w, _("So the monitor's interpreter delivers #PF, error code %" PRIx32 ", to the guest. "), f->guest.error);
    say_handler(w);
}

static void say_done(struct words *w)
{
    const struct facts *f = w->f;

    if (f->monitored)
        say(w, "%s", _("So the hardware does it, and the monitor does not notice."));
    else if (f->runs == vm_hardware(debug_vm(w->d)))
        say(w, "%s", _("So the processor does it."));
    else
        say(w, "%s", _("So the monitor's interpreter does it."));
}

/* The monitor has no entry for it. */
static void say_hidden(struct words *w)
{
    const struct facts *f = w->f;

    if (f->two_dimensions)
        say(w, "%s", _("EPT does not lead there yet: the monitor fills it in, and the guest never knows."));
    else
        say(w,
            _("So the hardware raises #PF, error code %" PRIx32 ", and the monitor is entered: a hidden page fault "
              "(exit hidden_fault). It fills the shadow, and the guest tries again and never knows."),
            f->used.error);
}

static void say_no_ram(struct words *w)
{
    const struct facts *f = w->f;

    say(w, "%s",
        f->monitored && f->two_dimensions ? _("No RAM is there: an EPT violation enters the monitor (exit mmio), and "
                                              "the virtual CPU does the access. "
                                              "Nothing answers it: reads give ones, writes are lost.")
        : f->monitored ? _("No RAM is there: #PF enters the monitor (exit mmio), and the virtual CPU does the access. "
                           "Nothing answers it: reads give ones, writes are lost.")
                       : _("No RAM is there, and nothing answers: reads give ones, writes are lost."));
}

static void say_verdict(struct words *w)
{
    const struct facts *f = w->f;

    switch (f->verdict) {
    case VERDICT_LIMIT:
        say(w, _("%s (base %08" PRIx32 ", limit %08" PRIx32 ") does not reach it: #GP, before any table is looked at."),
            f->segment, f->seg->base, f->seg->limit);
        break;
    case VERDICT_CUT:
        say(w, "%s",
            _("The address lies in the monitor's 64 MB: the hardware's segments end at fbffffff, so #GP enters the "
              "monitor, and the virtual CPU does the access."));
        break;
    case VERDICT_DONE: say_done(w); break;
    case VERDICT_TRUE_FAULT: say_true_fault(w); break;
    case VERDICT_HIDDEN: say_hidden(w); break;
    case VERDICT_TRACED:
        say(w, "%s",
            _("The monitor watches this page, as it holds the guest's GDT: #PF enters it (exit trace), the virtual CPU "
              "does the write, and the shadow descriptors are dropped."));
        break;
    case VERDICT_NO_RAM: say_no_ram(w); break;
    }
}

void why_answer(const struct debugger *d, const struct question *q, int width, struct sheet *s)
{
    struct facts f;
    struct words w = {.d = d, .f = &f};

    facts_find(d, q, &f);
    say_question(&w);
    if (f.verdict != VERDICT_LIMIT) {
        say_tlb(&w);
        say_guest_tables(&w);
        say_p2m(&w);
        say_shadow(&w);
    }
    if (f.why != WHY_nothing)
        say(&w, _("The hardware cannot run the guest as it now is (%s: %s). "), why_info[f.why].name,
            _(why_info[f.why].doc));
    say_verdict(&w);
    while (w.n && w.text[w.n - 1] == ' ')
        w.text[--w.n] = '\0';
    sheet_wrap(s, LOOK_PLAIN, width, w.text);
}
