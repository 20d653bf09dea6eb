/* SPDX-License-Identifier: MIT */
/* The walk as data: read from the tables as they stand, with page_walk(), which changes nothing. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "interp/access.h"
#include "interp/segment.h"
#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/view/view.h"
#include "ui/view/walk.h"

/* ---- cells ------------------------------------------------------------------------------------------------------- */

__attribute__((format(printf, 4, 5))) static struct walk_cell *fill(struct walk_picture *p, enum walk_level level,
                                                                    enum walk_column column, const char *fmt, ...)
{
    struct walk_cell *c = &p->cell[level][column];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(c->value, sizeof c->value, fmt, args);
    va_end(args);
    c->step = ++p->steps;
    return c;
}

/* The same by the hardware's second dimension: the i-th address of a walk goes through four tables of its own. */
static void look_up_nested(struct walk_picture *p, enum walk_level level, unsigned i)
{
    const struct ept_walk *e = &p->facts.ept[i];
    struct walk_cell *c;
    int n = 0;

    if (!e->steps)
        return;
    c = e->outcome == EPT_OK ? fill(p, level, COLUMN_P2M, "%08" PRIx64 "->%08" PRIx64, e->gpa, e->pa)
                             : fill(p, level, COLUMN_P2M, "%08" PRIx64 "->", e->gpa);
    for (unsigned k = 0; k < e->steps; k++)
        n += snprintf(c->note + n, sizeof c->note - (size_t)n, "%s%08" PRIx64, k ? " " : "", e->step[k].entry);
    c->bad = e->outcome != EPT_OK;
    if (c->bad)
        (void)snprintf(c->note + n, sizeof c->note - (size_t)n, " %s",
                       e->outcome == EPT_MISCONFIG ? _("misconfigured") : _("EPT violation"));
}

/* Where the p2m puts the i-th address of the guest's walk. */
static void look_up(const struct debugger *d, struct walk_picture *p, enum walk_level level, unsigned i, uint64_t at)
{
    struct walk_cell *c;
    hpa_t to;

    if (!view_virtual(d))
        return;
    if (p->facts.two_dimensions) {
        look_up_nested(p, level, i);
        return;
    }
    if (vm_p2m(d->s.vm, gpa(at), &to)) {
        (void)fill(p, level, COLUMN_P2M, "%08" PRIx64 "->%08" PRIx64, at, to.v);
        return;
    }
    c = fill(p, level, COLUMN_P2M, "%08" PRIx64 "->", at);
    (void)snprintf(c->note, sizeof c->note, "%s", _("no RAM"));
    c->bad = true;
}

/* One entry of a table, as it was read. */
static void entry(struct walk_picture *p, enum walk_column column, const struct walk *w, unsigned i)
{
    struct walk_cell *c = fill(p, i ? LEVEL_TABLE : LEVEL_DIRECTORY, column, "%08" PRIx64 ": %08" PRIx32, w->step[i].at,
                               (uint32_t)w->step[i].entry);

    (void)words_entry(w->step[i].entry, c->note);
    c->bad = !w->ok && i + 1 == w->steps;
}

/* The page that a walk has found, and the word at the address. */
static void page(struct walk_picture *p, enum walk_column column, const struct machine *m, uint64_t pa)
{
    uint32_t word;
    struct walk_cell *c;

    if (machine_read(m, pa, &word, sizeof word) == 0) {
        (void)fill(p, LEVEL_PAGE, column, "%08" PRIx64 ": %08" PRIx32, pa, word);
        return;
    }
    c = fill(p, LEVEL_PAGE, column, "%08" PRIx64, pa);
    (void)snprintf(c->note, sizeof c->note, "%s", _("no RAM"));
}

/* ---- the columns ------------------------------------------------------------------------------------------------- */

static void guest_column(const struct debugger *d, struct walk_picture *p)
{
    struct machine *g = vm_guest(d->s.vm);
    const struct walk *w = &p->facts.guest;
    struct walk_cell *c;

    c = fill(p, LEVEL_ROOT, COLUMN_GUEST, "%08" PRIx32, g->cpu.cr3);
    if (!p->facts.paging)
        (void)snprintf(c->note, sizeof c->note, "%s", _("CR0.PG=0: not used"));
    for (unsigned i = 0; i < w->steps; i++) {
        look_up(d, p, i ? LEVEL_TABLE : LEVEL_DIRECTORY, i, w->step[i].at);
        entry(p, COLUMN_GUEST, w, i);
    }
    if (!w->ok)
        return;
    page(p, COLUMN_GUEST, g, w->pa);
    look_up(d, p, LEVEL_PAGE, w->steps, w->pa);
}

static void shadow_column(const struct debugger *d, struct walk_picture *p)
{
    struct machine *hw = vm_hardware(d->s.vm);
    const struct walk *w = &p->facts.used;

    (void)fill(p, LEVEL_ROOT, COLUMN_SHADOW, "%08" PRIx32, vm_hardware_cr3(d->s.vm));
    for (unsigned i = 0; i < w->steps; i++)
        entry(p, COLUMN_SHADOW, w, i);
    if (w->ok)
        page(p, COLUMN_SHADOW, hw, w->pa);
}

/* The walk in focus; else that of the next instruction's fetch. */
static struct question question(const struct debugger *d)
{
    const struct cpu *c = &vm_guest(d->s.vm)->cpu;

    if (d->walk.set)
        return (struct question){d->walk.at, d->walk.write ? ACCESS_IS_WRITE : ACCESS_IS_READ, d->walk.user};
    return (struct question){gva(c->seg[CS].base + c->eip), ACCESS_IS_EXEC, c->cpl == 3};
}

void walk_picture_make(const struct debugger *d, struct walk_picture *p)
{
    const struct question q = question(d);

    memset(p, 0, sizeof *p);
    facts_find(d, &q, &p->facts);
    guest_column(d, p);
    if (p->facts.monitored && !p->facts.two_dimensions)
        shadow_column(d, p);
    p->steps += 2;
}

unsigned view_walk_steps(const struct debugger *d)
{
    struct walk_picture p;

    walk_picture_make(d, &p);
    return p.steps;
}

/* ---- the verdict ------------------------------------------------------------------------------------------------- */

/* A table of the guest's own, or the shadow: not EPT. */
static void refusal(const struct walk *w, char *text, size_t room)
{
    static const char *const level[] = {N_("the directory entry"), N_("the page-table entry")};
    unsigned i = facts_refusing_level(w);

    if (!(w->step[i].entry & PTE_P))
        (void)snprintf(text, room, _("%s is not present"), _(level[i]));
    else
        (void)snprintf(text, room, w->user && !(w->rights & PTE_U) ? _("%s is the supervisor's") : _("%s is read-only"),
                       _(level[i]));
}

/* The CPU that runs the guest gets there by itself. */
static void done(const struct debugger *d, const struct facts *f, char *text, size_t room)
{
    if (f->granted && f->stale)
        (void)snprintf(text, room, "%s",
                       _("The TLB still holds an older translation, and the access gets that one: tables were changed "
                         "and the TLB was not told."));
    else if (f->two_dimensions)
        (void)snprintf(text, room,
                       _("The hardware finds it by itself, at hpa %08" PRIx64
                         ": no exit. Without the TLB that takes %u "
                         "memory references."),
                       f->used.pa, f->used.references);
    else if (f->monitored)
        (void)snprintf(text, room, _("The hardware finds it by the shadow, at hpa %08" PRIx64 ": no trap."),
                       f->used.pa);
    else if (view_virtual(d))
        (void)snprintf(text, room, _("The access succeeds, at %08" PRIx64 "."),
                       (uint64_t)f->frame << PAGE_SHIFT | (f->guest.pa & PAGE_OFFSET));
    else
        (void)snprintf(text, room, _("The access succeeds, at %08" PRIx64 "."), f->guest.pa);
}

const char *walk_verdict(const struct debugger *d, const struct walk_picture *p, char *text, size_t room)
{
    static const char *const plain[] = {
        [VERDICT_LIMIT] = N_("The segment does not reach it: #GP, before any table is looked at."),
        [VERDICT_CUT] = N_("The monitor lives there: the guest's segments end before it, so the access traps (#GP or "
                           "#SS), and the monitor interprets it by the guest's own tables."),
        [VERDICT_TRACED] =
            N_("A page that the monitor watches (the guest's descriptors lie in it): #PF into the monitor, "
               "which interprets the write."),
        [VERDICT_NO_RAM] = N_("No RAM is there: a device answers, or nobody (all ones).")};
    const struct facts *f = &p->facts;
    char why[WORDS];

    switch (f->verdict) {
    case VERDICT_DONE: done(d, f, text, room); break;
    case VERDICT_TRUE_FAULT:
        refusal(&f->guest, why, sizeof why);
        (void)snprintf(text, room, _("#PF, error code %" PRIu32 ": %s. The fault is the guest's own."), f->guest.error,
                       why);
        break;
    case VERDICT_HIDDEN:
        if (f->two_dimensions) {
            (void)snprintf(text, room, "%s",
                           _("EPT does not lead there yet: the monitor fills it in, and the guest never knows."));
            break;
        }
        refusal(&f->used, why, sizeof why);
        (void)snprintf(text, room,
                       _("A hidden page fault: the guest's tables allow it, but in the shadow %s. The monitor fills it "
                         "in, and the guest never knows."),
                       why);
        break;
    default: (void)snprintf(text, room, "%s", _(plain[f->verdict]));
    }
    return text;
}
