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

static bool walk(struct machine *m, gva_t at, bool write, bool user, struct walk *w)
{
    const struct walk_context k = {.m = m, .cr0 = m->cpu.cr0, .cr3 = m->cpu.cr3, .cr4 = m->cpu.cr4};

    if (m->cpu.cr0 & CR0_PG)
        return page_walk(&k, at.v, write, user, w);
    /* Without paging linear is physical, and everything is allowed (SDM Vol. 3, 4.1.1). */
    *w = (struct walk){.lin = at.v, .write = write, .user = user, .ok = true, .pa = at.v};
    w->writable = w->user_page = w->dirty = true;
    return true;
}

bool walk_by_hardware(const struct debugger *d, gva_t at, bool write, bool user, struct walk *w)
{
    return walk(view_runner(d), at, write, user, w);
}

bool walk_stale(const struct debugger *d, const struct tlb_entry *e)
{
    struct walk w;
    gva_t at = gva(e->vpn << PAGE_SHIFT);

    if (!walk_by_hardware(d, at, false, false, &w) || w.pa >> PAGE_SHIFT != e->pfn)
        return true;
    return (e->writable && !w.writable) || (e->user && !w.user_page) || (e->dirty && !w.dirty);
}

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

/* Where the p2m puts a guest's address. False: nowhere. */
static bool look_up(const struct debugger *d, struct walk_picture *p, enum walk_level level, uint64_t at, hpa_t *to)
{
    bool there = vm_p2m(d->s.vm, gpa(at), to);
    struct walk_cell *c;

    if (!view_virtual(d))
        return there;
    if (there) {
        (void)fill(p, level, COLUMN_P2M, "%08" PRIx64 "->%08" PRIx64, at, to->v);
    } else {
        c = fill(p, level, COLUMN_P2M, "%08" PRIx64 "->", at);
        (void)snprintf(c->note, sizeof c->note, "%s", _("no RAM"));
        c->bad = true;
    }
    return there;
}

/* One entry of a table, as it was read. */
static void entry(struct walk_picture *p, enum walk_column column, const struct walk *w, unsigned i)
{
    struct walk_cell *c = fill(p, i ? LEVEL_TABLE : LEVEL_DIRECTORY, column, "%08" PRIx64 ": %08" PRIx32, w->step[i].at,
                               w->step[i].entry);

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
    const struct walk *w = &p->guest;
    struct walk_cell *c;
    hpa_t to;

    c = fill(p, LEVEL_ROOT, COLUMN_GUEST, "%08" PRIx32, g->cpu.cr3);
    if (!p->paging)
        (void)snprintf(c->note, sizeof c->note, "%s", _("CR0.PG=0: not used"));
    for (unsigned i = 0; i < w->steps; i++) {
        (void)look_up(d, p, i ? LEVEL_TABLE : LEVEL_DIRECTORY, w->step[i].at, &to);
        entry(p, COLUMN_GUEST, w, i);
    }
    if (!w->ok)
        return;
    page(p, COLUMN_GUEST, g, w->pa);
    p->ram = look_up(d, p, LEVEL_PAGE, w->pa, &p->hpa);
}

static void shadow_column(const struct debugger *d, struct walk_picture *p)
{
    struct machine *hw = vm_hardware(d->s.vm);
    const struct walk *w = &p->shadow;

    (void)fill(p, LEVEL_ROOT, COLUMN_SHADOW, "%08" PRIx32, hw->cpu.cr3);
    for (unsigned i = 0; i < w->steps; i++)
        entry(p, COLUMN_SHADOW, w, i);
    if (w->ok)
        page(p, COLUMN_SHADOW, hw, w->pa);
}

void walk_picture_make(const struct debugger *d, struct walk_picture *p)
{
    struct machine *g = vm_guest(d->s.vm);
    const struct cpu *c = &g->cpu;
    struct machine *runner = view_runner(d);

    memset(p, 0, sizeof *p);
    p->at = d->walk.set ? d->walk.at : gva(c->seg[CS].base + c->eip);
    p->write = d->walk.set && d->walk.write;
    p->user = d->walk.set ? d->walk.user : c->cpl == 3;
    p->paging = c->cr0 & CR0_PG;
    (void)walk(g, p->at, p->write, p->user, &p->guest);
    guest_column(d, p);
    p->watched = p->ram && g->ram->flag[p->hpa.v >> PAGE_SHIFT] & FRAME_TRACED;
    p->shadow_there = view_monitored(d);
    if (p->shadow_there) {
        (void)walk_by_hardware(d, p->at, p->write, p->user, &p->shadow);
        shadow_column(d, p);
    }
    if (runner->cpu.cr0 & CR0_PG)
        p->held = tlb_find(&runner->cpu.tlb, p->at.v);
    p->stale = p->held && walk_stale(d, p->held);
    p->steps += 2;
}

unsigned view_walk_steps(const struct debugger *d)
{
    struct walk_picture p;

    walk_picture_make(d, &p);
    return p.steps;
}

/* ---- the verdict ------------------------------------------------------------------------------------------------- */

/* Which level refuses, and why (SDM Vol. 3, 4.6 and 4.7). */
static void refusal(const struct walk *w, char *text, size_t room)
{
    static const char *const level[] = {N_("the directory entry"), N_("the page-table entry")};
    unsigned last = w->steps - 1;
    uint32_t bit = w->user && !(w->step[0].entry & w->step[last].entry & PTE_U) ? PTE_U : PTE_W;

    if (!(w->step[last].entry & PTE_P))
        (void)snprintf(text, room, _("%s is not present"), _(level[last]));
    else
        (void)snprintf(text, room, bit == PTE_U ? _("%s is the supervisor's") : _("%s is read-only"),
                       _(level[w->step[0].entry & bit ? last : 0]));
}

/* Does the TLB's entry serve this access, right or not? */
static bool served_by_tlb(const struct walk_picture *p)
{
    return p->held && (!p->user || p->held->user) && (!p->write || (p->held->writable && p->held->dirty));
}

const char *walk_verdict(const struct debugger *d, const struct walk_picture *p, char *text, size_t room)
{
    char why[WORDS];

    if (p->shadow_there && p->at.v >= SEG_CUT) {
        (void)snprintf(text, room, "%s",
                       _("The monitor lives there: the guest's segments end before it, so the access traps (#GP or "
                         "#SS), and the monitor interprets it by the guest's own tables."));
    } else if (p->stale && served_by_tlb(p)) {
        (void)snprintf(text, room, "%s",
                       _("The TLB still holds an older translation, and the access gets that one: tables were changed "
                         "and the TLB was not told."));
    } else if (!p->guest.ok) {
        refusal(&p->guest, why, sizeof why);
        (void)snprintf(text, room, _("#PF, error code %" PRIu32 ": %s. The fault is the guest's own."), p->guest.error,
                       why);
    } else if (!p->ram) {
        (void)snprintf(text, room, "%s", _("No RAM is there: a device answers, or nobody (all ones)."));
    } else if (!p->shadow_there) {
        (void)snprintf(text, room, _("The access succeeds, at %08" PRIx64 "."),
                       view_virtual(d) ? p->hpa.v : p->guest.pa);
    } else if (p->shadow.ok) {
        (void)snprintf(text, room, _("The hardware finds it by the shadow, at hpa %08" PRIx64 ": no trap."),
                       p->shadow.pa);
    } else if (p->write && p->watched) {
        (void)snprintf(text, room, "%s",
                       _("A page that the monitor watches (the guest's descriptors lie in it): #PF into the monitor, "
                         "which interprets the write."));
    } else {
        refusal(&p->shadow, why, sizeof why);
        (void)snprintf(text, room,
                       _("A hidden page fault: the guest's tables allow it, but in the shadow %s. The monitor fills it "
                         "in, and the guest never knows."),
                       why);
    }
    return text;
}
