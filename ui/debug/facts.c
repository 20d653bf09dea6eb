/* SPDX-License-Identifier: MIT */
#include "ui/debug/facts.h"

#include "interp/ept.h"
#include "interp/machine.h"
#include "interp/segment.h"
#include "ui/debug/debugger.h"
#include "vmm/technique.h"
#include "vmm/world.h"

static void walk_by(const struct walk_context *k, const struct question *q, struct walk *w)
{
    *w = (struct walk){.ok = true, .pa = q->at.v, .rights = PTE_W | PTE_U | PTE_D};
    if (k->cr0 & CR0_PG || k->eptp)
        (void)page_walk(k, q->at.v, q->kind == ACCESS_IS_WRITE, q->user, w);
}

bool facts_stale(const struct machine *m, const struct tlb_entry *e)
{
    const struct question any = {.at = gva(e->vpn << PAGE_SHIFT)};
    struct ept_walk ept[WALK_LEVELS + 1];
    const struct walk_context k = walk_context_of((struct machine *)m, ept); /* a walk changes nothing */
    struct walk w;

    if (e->vpid != m->cpu.tlb.vpid || e->ept != m->cpu.tlb.ept)
        return false; /* of tables that are not in force now */
    walk_by(&k, &any, &w);
    return !w.ok || w.pa >> PAGE_SHIFT != e->pfn || (e->rights & ~w.rights & (PTE_W | PTE_U | PTE_D));
}

unsigned facts_refusing_level(const struct walk *w)
{
    uint32_t right = w->user && !(w->rights & PTE_U) ? PTE_U : PTE_W;
    bool absent = w->steps && !(w->step[w->steps - 1].entry & PTE_P);

    if (!w->steps || w->refused) /* it was not the tables that refused */
        return w->steps;
    return absent || (w->step[0].entry & right) ? w->steps - 1 : 0;
}

/* The TLB's part, by the rule of interp/access.c. */
static void ask_tlb(struct facts *f)
{
    const struct cpu *c = &f->runs->cpu;
    bool write = f->q.kind == ACCESS_IS_WRITE, wp = f->q.user || c->cr0 & CR0_WP;
    const struct tlb_entry *e = cpu_translates(c) ? tlb_find((struct tlb *)&c->tlb, f->q.at.v) : NULL;

    f->tlb = e;
    if (!e)
        return;
    f->granted = (!f->q.user || e->rights & PTE_U) && (!write || (e->rights & PTE_D && (e->rights & PTE_W || !wp)));
    f->stale = facts_stale(f->runs, e);
}

static enum verdict judge(const struct facts *f)
{
    bool write = f->q.kind == ACCESS_IS_WRITE;

    if (!f->fits)
        return VERDICT_LIMIT;
    if (f->cut && f->guest.ok)
        return f->frame == NO_FRAME ? VERDICT_NO_RAM : VERDICT_CUT;
    if (f->granted || (f->used.ok && !f->cut))
        return !f->monitored && f->frame == NO_FRAME && !f->granted ? VERDICT_NO_RAM : VERDICT_DONE;
    if (!f->guest.ok)
        return VERDICT_TRUE_FAULT;
    if (f->frame == NO_FRAME)
        return VERDICT_NO_RAM;
    return f->traced && write ? VERDICT_TRACED : VERDICT_HIDDEN;
}

/*
 * Who does the access. A monitor interprets the guest as long as the hardware cannot hold its state: then the virtual CPU
 * does it, by the guest's own tables. What holds for the ring that the guest is in says nothing of the other.
 */
static void find_runner(const struct debugger *d, struct facts *f)
{
    struct vm *v = debug_vm(d);
    struct machine *g = vm_guest(v);
    bool now = f->q.user == (g->cpu.cpl == 3);

    f->why = now ? vm_why_not(v) : WHY_nothing;
    f->monitored = vm_technique(v)->needs_monitor && f->why == WHY_nothing;
    f->runs = f->why == WHY_nothing ? debug_runner(d) : g;
}

void facts_find(const struct debugger *d, const struct question *q, struct facts *f)
{
    struct vm *v = debug_vm(d);
    const struct machine *g = vm_guest(v), *hw = vm_hardware(v);
    bool exec = q->kind == ACCESS_IS_EXEC;
    struct walk_context k;

    *f = (struct facts){.q = *q};
    find_runner(d, f);
    f->segment = exec ? "CS" : "DS";
    f->seg = &g->cpu.seg[exec ? CS : DS];
    f->fits = (f->seg->attr & ATTR_P) && segment_fits(f->seg, q->at.v - f->seg->base, 1);
    f->cut = f->monitored && vm_technique(v)->world == &world_ring1 && q->at.v >= SEG_CUT;
    f->paging = g->cpu.cr0 & CR0_PG;
    k = walk_context_of(vm_guest(v), NULL);
    walk_by(&k, q, &f->guest);
    k = f->runs == hw ? vm_walk_context(v, f->ept) : k;
    k.fetch = exec;
    walk_by(&k, q, &f->used);
    f->two_dimensions = k.eptp != 0;
    f->frame = f->guest.ok ? machine_frame(g, f->guest.pa) : NO_FRAME;
    f->traced = f->frame != NO_FRAME && hw->ram->flag[f->frame] & FRAME_TRACED;
    if (!f->cut)
        ask_tlb(f);
    f->verdict = judge(f);
}
