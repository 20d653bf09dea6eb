/* SPDX-License-Identifier: MIT */
#include "tests/support/ward.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/paging.h"
#include "tests/support/ward_tables.h"
#include "vmm/vm_struct.h"
#include "vmm/world.h"

const char *const place_name[PLACES] = {[PLACE_STUBS] = "stubs",
                                        [PLACE_ENTRY] = "the monitor's entry",
                                        [PLACE_IDT] = "IDT",
                                        [PLACE_GDT] = "GDT",
                                        [PLACE_TSS] = "TSS",
                                        [PLACE_STACK] = "the monitor's stack",
                                        [PLACE_TABLE] = "the monitor's page table",
                                        [PLACE_ROOT] = "the monitor's directory",
                                        [PLACE_SHADOW] = "shadow directory",
                                        [PLACE_SHADOW_TABLE] = "shadow table",
                                        [PLACE_NESTED] = "nested root",
                                        [PLACE_NESTED_TABLE] = "nested table",
                                        [PLACE_VMXON] = "VMXON region",
                                        [PLACE_VMCS] = "VMCS",
                                        [PLACE_CANARY] = "canary",
                                        [PLACE_NEIGHBOUR] = "neighbour"};

enum { OWNER_NEIGHBOUR = OWNER_MONITOR + 1 };

/* Of the reserve each so manyth frame stays free, so that the monitor has to reclaim tables, and each so manyth is a canary. */
enum { FREE_EACH = 60, CANARY_EACH = 40, NEIGHBOURS_MAX = 512 };
/* Of guest RAM from 1 MiB on, each so manyth page is the neighbour's. */
enum { LENT_FROM = 256, LENT_EACH = 5 };

struct ward {
    struct vm *v;
    uint32_t page[PLACES_LINEAR], table; /* frames */
    uint8_t kept[PLACE_ROOT + 1][PAGE_SIZE], vmxon[PAGE_SIZE];
    uint64_t field[VMCS_FIELDS];
    uint32_t neighbour[NEIGHBOURS_MAX];
    unsigned neighbours, canaries; /* the first ones are in the reserve */
    uint32_t *p2m;
    struct dtr gdtr, idtr;
    struct seg tr;
    char said[200];
};

static uint8_t *bytes(const struct ward *w, uint32_t frame)
{
    return ram_frame(w->v->ram, frame);
}

static uint32_t word(const struct ward *w, uint32_t frame, unsigned i)
{
    uint32_t v;

    memcpy(&v, bytes(w, frame) + 4 * i, sizeof v);
    return v;
}

static bool is_vtx(const struct ward *w)
{
    return w->v->technique->world == &world_vtx;
}

static const char *complain(struct ward *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static const char *complain(struct ward *w, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(w->said, sizeof w->said, fmt, args);
    va_end(args);
    return w->said;
}

/* ---- the neighbour ---- */

static uint64_t pattern(uint32_t frame, unsigned i)
{
    return (frame + 1) * 0x9e3779b97f4a7c15 + i * 0xd1b54a32d192ed03;
}

static void settle(struct ward *w, uint32_t frame)
{
    for (unsigned i = 0; i < PAGE_SIZE / 8; i++) {
        uint64_t v = pattern(frame, i);

        memcpy(bytes(w, frame) + 8 * i, &v, sizeof v);
    }
    w->v->mon.frames.frame[frame] = (struct frame){OWNER_NEIGHBOUR, TYPE_RAM};
    w->neighbour[w->neighbours++] = frame;
}

/* All that is free in the reserve has another owner, but for the rest. */
static void settle_in_reserve(struct ward *w)
{
    struct frames *f = &w->v->mon.frames;

    for (uint32_t i = f->guest; i < f->count; i++)
        if (f->frame[i].type == TYPE_FREE && i % FREE_EACH) {
            f->frame[i] = (struct frame){OWNER_NEIGHBOUR, TYPE_RAM};
            if (i % CANARY_EACH == 1)
                settle(w, i);
        }
    w->canaries = w->neighbours;
}

/* Frames of pages where a PC has no RAM are nobody's; and some of the guest's RAM is taken from it. */
static void settle_among_the_guests(struct ward *w)
{
    struct machine *g = w->v->guest;

    for (uint32_t page = 0; page < g->pages && w->neighbours < NEIGHBOURS_MAX; page++) {
        if (page >= LENT_FROM && page % LENT_EACH == 0)
            g->map[page] = NO_FRAME;
        if (g->map[page] == NO_FRAME)
            settle(w, frames_scatter(&w->v->mon.frames, page));
    }
}

static const char *neighbour_broken(struct ward *w)
{
    const struct frames *f = &w->v->mon.frames;

    for (unsigned n = 0; n < w->neighbours; n++) {
        uint32_t frame = w->neighbour[n];

        if (f->frame[frame].owner != OWNER_NEIGHBOUR)
            return complain(w, "frame %x was taken from its owner", frame);
        for (unsigned i = 0; i < PAGE_SIZE / 8; i++) {
            uint64_t v;

            memcpy(&v, bytes(w, frame) + 8 * i, sizeof v);
            if (v != pattern(frame, i))
                return complain(w, "frame %x of another owner has changed at %x", frame, 8 * i);
        }
    }
    return NULL;
}

/* ---- places ---- */

static uint32_t present(const struct ward *w, uint32_t frame, unsigned words, unsigned step)
{
    for (unsigned i = 0; i < words; i += step)
        if (word(w, frame, i) & PTE_P)
            return word(w, frame, i) >> PAGE_SHIFT;
    return NO_FRAME;
}

uint32_t ward_frame(const struct ward *w, enum place p)
{
    const struct monitor *n = &w->v->mon;
    bool nested = is_vtx(w) && n->vtx.nested;

    switch (p) {
    case PLACE_TABLE: return w->table;
    case PLACE_ROOT: return n->root;
    case PLACE_SHADOW: return n->shadow.root;
    case PLACE_SHADOW_TABLE: return present(w, n->shadow.root, n->shadow.pdes, 1);
    case PLACE_NESTED: return nested ? n->vtx.tables.root : NO_FRAME;
    case PLACE_NESTED_TABLE: return nested ? present(w, n->vtx.tables.root, 1024, 2) : NO_FRAME;
    case PLACE_VMXON: return is_vtx(w) ? n->vtx.vmxon : NO_FRAME;
    case PLACE_VMCS: return is_vtx(w) ? n->vtx.vmcs : NO_FRAME;
    case PLACE_CANARY: return w->neighbour[w->canaries / 2];
    case PLACE_NEIGHBOUR: return w->neighbour[(w->canaries + w->neighbours) / 2];
    default: return w->page[p];
    }
}

/* ---- to be taken ---- */

static bool take_pages(struct ward *w)
{
    uint32_t pde = word(w, w->v->mon.root, SEG_CUT >> 22);

    w->table = pde >> PAGE_SHIFT;
    for (unsigned i = 0; i < PLACES_LINEAR; i++)
        w->page[i] = word(w, w->table, i) >> PAGE_SHIFT;
    for (unsigned i = 0; i <= PLACE_ROOT; i++)
        memcpy(w->kept[i], bytes(w, ward_frame(w, i)), PAGE_SIZE);
    return (pde & PTE_P) && w->page[PLACE_STACK] == w->v->mon.stack_frame;
}

struct ward *ward_take(struct vm *v)
{
    struct ward *w = calloc(1, sizeof *w);
    size_t map = v->guest->pages * sizeof *w->p2m;

    if (!w)
        return NULL;
    w->v = v;
    w->p2m = malloc(map);
    if (!w->p2m || !take_pages(w)) {
        ward_free(w);
        return NULL;
    }
    settle_in_reserve(w);
    settle_among_the_guests(w);
    memcpy(w->p2m, v->guest->map, map);
    w->gdtr = v->hw->cpu.gdtr;
    w->idtr = v->hw->cpu.idtr;
    w->tr = v->hw->cpu.seg[TR];
    if (is_vtx(w)) {
        memcpy(w->vmxon, bytes(w, v->mon.vtx.vmxon), PAGE_SIZE);
        for (unsigned f = 0; f < VMCS_FIELDS; f++)
            w->field[f] = vmcs_read(v->hw, (uint64_t)v->mon.vtx.vmcs << PAGE_SHIFT, f);
    }
    return w;
}

void ward_free(struct ward *w)
{
    free(w->p2m);
    free(w);
}

/* ---- the monitor's pages ---- */

/* Ring compression changes pages that it has the hardware work with; elsewhere none changes. */
static bool by_rule(const struct ward *w, enum place p)
{
    return !is_vtx(w) && (p == PLACE_GDT || p == PLACE_STACK || p == PLACE_ROOT);
}

static const char *pages_broken(struct ward *w)
{
    for (enum place p = 0; p <= PLACE_ROOT; p++)
        if (!by_rule(w, p) && memcmp(bytes(w, ward_frame(w, p)), w->kept[p], PAGE_SIZE) != 0)
            return complain(w, "%s: not as it was", place_name[p]);
    return NULL;
}

/* A shadow descriptor: none; or code or data, of ring 1 or 3, that ends below the monitor (vmm/gdt.h). */
static bool harmless(uint32_t lo, uint32_t hi)
{
    const struct desc d = {lo, hi, 0};
    unsigned attr = desc_attr(&d);

    if (!lo && !hi)
        return true;
    return (attr & ATTR_S) && (attr_dpl(attr) & 1) && !(attr & ATTR_DC) &&
           (uint64_t)desc_base(&d) + desc_limit(&d) < SEG_CUT;
}

static const char *gdt_broken(struct ward *w)
{
    enum { OWN = GDT_CODE * 8 };

    if (memcmp(bytes(w, w->page[PLACE_GDT]) + OWN, w->kept[PLACE_GDT] + OWN, PAGE_SIZE - OWN) != 0)
        return "GDT: the monitor's descriptors are not as they were";
    for (unsigned i = 0; i < GDT_CODE; i++)
        if (!harmless(word(w, w->page[PLACE_GDT], 2 * i), word(w, w->page[PLACE_GDT], 2 * i + 1)))
            return complain(w, "GDT: descriptor %u reaches too far", i);
    return NULL;
}

/* The stack is empty but for one frame, and that returns to the guest: outer ring, IF set, IOPL 0 (vmm/world.c). */
static const char *stack_broken(struct ward *w)
{
    enum { FRAME = PAGE_SIZE - sizeof(struct trap_frame) };
    struct trap_frame f;

    memcpy(&f, bytes(w, w->page[PLACE_STACK]) + FRAME, sizeof f);
    if (memcmp(bytes(w, w->page[PLACE_STACK]), w->kept[PLACE_STACK], FRAME) != 0)
        return "the monitor's stack: somebody has pushed too much";
    if (f.cs && (!(f.cs & f.ss & 1) || (f.eflags & (FL_IF | FL_IOPL)) != FL_IF))
        return complain(w, "the monitor's stack: its frame has CS %x, SS %x, flags %x", f.cs, f.ss, f.eflags);
    return NULL;
}

static const char *root_broken(struct ward *w)
{
    enum { OWN = SEG_CUT >> 22 };

    if (memcmp(bytes(w, w->v->mon.root) + 4 * OWN, w->kept[PLACE_ROOT] + 4 * OWN, PAGE_SIZE - 4 * OWN) != 0)
        return "the monitor's part of the directory: not as it was";
    return NULL;
}

/* ---- registers ---- */

/* A VM exit leaves a limit of ffff (SDM Vol. 3, "Loading Host Segment and Descriptor-Table Registers"). */
static bool same_table(const struct ward *w, struct dtr was, struct dtr now)
{
    return was.base == now.base && (was.limit == now.limit || (is_vtx(w) && now.limit == 0xffff));
}

static const char *registers_broken(struct ward *w)
{
    const struct monitor *n = &w->v->mon;
    const struct cpu *p = &w->v->hw->cpu;

    if (is_vtx(w) &&
        (!p->vmx.on || p->vmx.vmxon >> PAGE_SHIFT != n->vtx.vmxon || p->vmx.vmcs >> PAGE_SHIFT != n->vtx.vmcs))
        return "the processor has another VMXON region or VMCS";
    if (p->vmx.non_root)
        return NULL; /* these are the guest's */
    if (!same_table(w, w->gdtr, p->gdtr) || !same_table(w, w->idtr, p->idtr))
        return "GDTR or IDTR: not as it was";
    if (p->seg[TR].sel != w->tr.sel || p->seg[TR].base != w->tr.base || p->seg[TR].limit != w->tr.limit)
        return "TR: not as it was";
    if (p->cr3 >> PAGE_SHIFT != n->root || !(p->cr0 & CR0_PG) || !(p->cr0 & CR0_WP) || !(p->cr4 & CR4_TSD))
        return complain(w, "control registers: CR0 %x, CR3 %x, CR4 %x", p->cr0, p->cr3, p->cr4);
    return NULL;
}

/* ---- all of it ---- */

static const char *p2m_broken(struct ward *w)
{
    const struct machine *g = w->v->guest;

    return memcmp(w->p2m, g->map, g->pages * sizeof *w->p2m) != 0 ? "p2m: not as it was" : NULL;
}

static const char *ring1_broken(struct ward *w)
{
    const char *what = gdt_broken(w);

    if (!what)
        what = stack_broken(w);
    return what ? what : root_broken(w);
}

static const char *vtx_broken(struct ward *w)
{
    const char *what;

    if (memcmp(bytes(w, w->v->mon.vtx.vmxon), w->vmxon, PAGE_SIZE) != 0)
        return "VMXON region: not as it was";
    what = vmcs_broken(w->v, w->field, w->said, sizeof w->said);
    return what ? what : nested_broken(w->v, w->said, sizeof w->said);
}

const char *ward_broken(struct ward *w, bool settled)
{
    const char *what;

    if ((what = pages_broken(w)) || (what = registers_broken(w)) || (what = p2m_broken(w)) ||
        (what = is_vtx(w) ? vtx_broken(w) : ring1_broken(w)) || (what = neighbour_broken(w)))
        return what;
    what = shadow_broken(w->v, settled, w->said, sizeof w->said);
    return what ? what : tlb_broken(w->v, w->said, sizeof w->said);
}
