/* SPDX-License-Identifier: MIT */
#include "tests/support/ward_tables.h"

#include <stdio.h>
#include <string.h>

#include "interp/ept.h"
#include "interp/paging.h"
#include "vmm/vm_struct.h"
#include "vmm/world.h"

static bool is_vtx(const struct vm *v)
{
    return v->technique->world == &world_vtx;
}

static bool is_of(const struct vm *v, uint32_t frame, enum frame_owner owner)
{
    return frame < v->mon.frames.count && v->mon.frames.frame[frame].owner == owner;
}

static uint64_t entry_at(const struct vm *v, uint32_t frame, unsigned i, unsigned size)
{
    uint64_t entry = 0;

    memcpy(&entry, ram_frame(v->ram, frame) + (size_t)i * size, size);
    return entry;
}

/* ---- shadow ---- */

static bool allows(struct vm *v, uint32_t lin, uint32_t frame, bool write, bool user)
{
    struct machine *g = v->guest;
    const struct walk_context k = walk_context_of(g, NULL);
    struct walk w;

    if (!(g->cpu.cr0 & CR0_PG))
        return machine_frame(g, lin) == frame;
    return page_walk(&k, lin, write, user, &w) && machine_frame(g, w.pa) == frame;
}

bool shadow_granted(struct vm *v, uint32_t lin, uint32_t entry)
{
    uint32_t frame = entry >> PAGE_SHIFT;

    for (unsigned user = 0; user <= (entry & PTE_U ? 1 : 0); user++)
        for (unsigned write = 0; write <= (entry & PTE_W ? 1 : 0); write++)
            if (!allows(v, lin, frame, write, user))
                return false;
    return true;
}

static const char *shadow_entry_broken(struct vm *v, uint32_t lin, uint32_t entry, bool settled, char *said,
                                       size_t room)
{
    const char *what = NULL;

    if (!is_of(v, entry >> PAGE_SHIFT, OWNER_GUEST))
        what = "leads to a frame of another owner";
    else if (entry & (PTE_PS | PTE_G | PTE_PWT | PTE_PCD))
        what = "has bits that no shadow has";
    else if (settled && !shadow_granted(v, lin, entry))
        what = "grants more than the guest's tables";
    if (!what)
        return NULL;
    (void)snprintf(said, room, "shadow of %08x: %08x %s", lin, entry, what);
    return said;
}

const char *shadow_broken(struct vm *v, bool settled, char *said, size_t room)
{
    const struct shadow *s = &v->mon.shadow;

    /* One that is to be dropped, or is not walked, need not be the guest's latest. */
    settled = settled && !v->mon.shadow_stale && !(is_vtx(v) && vtx_two_dimensions(&v->mon));
    for (unsigned d = 0; d < s->pdes; d++) {
        uint32_t pde = (uint32_t)entry_at(v, s->root, d, 4), table = pde >> PAGE_SHIFT;

        if (!pde)
            continue;
        if (!is_of(v, table, OWNER_MONITOR) || v->mon.frames.frame[table].type != TYPE_TABLE) {
            (void)snprintf(said, room, "shadow: entry %u of the directory, %08x, leads to no table", d, pde);
            return said;
        }
        for (unsigned i = 0; i < 1024; i++) {
            uint32_t entry = (uint32_t)entry_at(v, table, i, 4);

            if ((entry & PTE_P) && shadow_entry_broken(v, d << 22 | i << 12, entry, settled, said, room))
                return said;
        }
    }
    return NULL;
}

/* ---- nested ---- */

/* One level's table and all below it. Returns how many pages are mapped, or -1. */
static int64_t nested_pages(struct vm *v, uint32_t frame, unsigned level, uint64_t gpa, char *said, size_t room)
{
    const uint64_t leaf = EPT_TYPE_WB | EPT_R | EPT_X;
    int64_t pages = 0;

    for (unsigned i = 0; i < 512; i++) {
        uint64_t entry = entry_at(v, frame, i, 8), at = gpa << 9 | i;
        uint32_t to = (uint32_t)(entry >> PAGE_SHIFT);
        int64_t below = 1;

        if (!entry)
            continue;
        if (level == EPT_LEVELS - 1 && (entry & PAGE_OFFSET & ~(uint64_t)EPT_W) == leaf &&
            machine_frame(v->guest, at << PAGE_SHIFT) == to && is_of(v, to, OWNER_GUEST))
            pages++;
        else if (level < EPT_LEVELS - 1 && (entry & PAGE_OFFSET) == EPT_RIGHTS && is_of(v, to, OWNER_MONITOR) &&
                 v->mon.frames.frame[to].type == TYPE_TABLE &&
                 (below = nested_pages(v, to, level + 1, at, said, room)) >= 0)
            pages += below;
        else {
            if (below >= 0)
                (void)snprintf(said, room, "nested: level %u, entry %lx is %lx", level, (unsigned long)at,
                               (unsigned long)entry);
            return -1;
        }
    }
    return pages;
}

const char *nested_broken(struct vm *v, char *said, size_t room)
{
    int64_t pages, ram = 0;

    if (!v->mon.vtx.nested || !v->mon.vtx.a20)
        return NULL;
    /* Tables that were made for another A20 gate go before they are used again. */
    if (v->mon.vtx.a20 != v->guest->a20)
        return NULL;
    pages = nested_pages(v, v->mon.vtx.tables.root, 0, 0, said, room);
    if (pages < 0)
        return said;
    for (uint32_t page = 0; page < v->guest->pages; page++)
        ram += machine_frame(v->guest, (uint64_t)page << PAGE_SHIFT) != NO_FRAME;
    if (pages == ram)
        return NULL;
    (void)snprintf(said, room, "nested: %d pages are mapped, the guest has %d", (int)pages, (int)ram);
    return said;
}

/* ---- VMCS ---- */

static bool varies(unsigned f)
{
    switch (f) {
    case VMCS_PROC_CONTROLS:
    case VMCS_PROC2_CONTROLS:
    case VMCS_EXCEPTION_BITMAP:
    case VMCS_TSC_OFFSET:
    case VMCS_CR0_MASK:
    case VMCS_CR4_MASK:
    case VMCS_CR0_SHADOW:
    case VMCS_CR4_SHADOW:
    case VMCS_EPT_POINTER:
    case VMCS_ENTRY_INTR:
    case VMCS_ENTRY_INTR_ERROR:
    case VMCS_ENTRY_LENGTH: return true;
    default: return vmcs_info[f].group == VMCS_GUEST || vmcs_info[f].group == VMCS_INFO;
    }
}

/* What keeps a guest in non-root operation from the machine: all must hold once it has been entered. */
static const char *controls_broken(const struct vm *v, const uint64_t *now)
{
    enum { NEVER = PROC_IO_BITMAPS | PROC_MSR_BITMAPS, EVER = PROC_IO | PROC_HLT | PROC_DR };
    enum { SHADOWED = PROC_CR3_LOAD | PROC_CR3_STORE | PROC_INVLPG };
    const struct monitor *n = &v->mon;
    uint32_t proc = (uint32_t)now[VMCS_PROC_CONTROLS];
    bool ept = now[VMCS_PROC2_CONTROLS] & PROC2_EPT;

    if ((proc & NEVER) || (proc & EVER) != EVER || (!ept && (proc & SHADOWED) != SHADOWED))
        return "controls: something no longer exits";
    if (!(now[VMCS_PROC2_CONTROLS] & PROC2_VPID) || (now[VMCS_EXCEPTION_BITMAP] >> VEC_PF & 1) == ept)
        return "controls: VPID or page faults";
    if (ept ? !n->vtx.nested || now[VMCS_EPT_POINTER] != nested_pointer(&n->vtx.tables)
            : now[VMCS_GUEST_CR3] != (uint64_t)n->shadow.root << PAGE_SHIFT)
        return "the guest's memory hangs on other tables";
    if ((now[VMCS_CR0_MASK] & VMX_CR0_MUST) != VMX_CR0_MUST || !(now[VMCS_CR4_MASK] & VMX_CR4_MUST) ||
        (now[VMCS_GUEST_CR0] & VMX_CR0_MUST) != VMX_CR0_MUST || (!ept && !(now[VMCS_GUEST_CR0] & CR0_WP)))
        return "CR0 or CR4: the guest has bits that are the monitor's";
    return now[VMCS_GUEST_LINK] == UINT64_MAX ? NULL : "VMCS link pointer";
}

const char *vmcs_broken(struct vm *v, const uint64_t *was, char *said, size_t room)
{
    enum { END = VMCS_FIELDS_AT + VMCS_FIELDS * sizeof(uint64_t) };
    static const uint8_t zero[PAGE_SIZE];
    const uint8_t *region = ram_frame(v->ram, v->mon.vtx.vmcs);
    uint32_t head[2];
    uint64_t now[VMCS_FIELDS];

    memcpy(head, region, sizeof head);
    if (head[0] != VMX_REVISION || head[1] || memcmp(region + END, zero, PAGE_SIZE - END) != 0)
        return "VMCS: revision, abort indicator or what lies behind the fields";
    for (unsigned f = 0; f < VMCS_FIELDS; f++) {
        now[f] = vmcs_read(v->hw, (uint64_t)v->mon.vtx.vmcs << PAGE_SHIFT, f);
        if (!varies(f) && now[f] != was[f]) {
            (void)snprintf(said, room, "VMCS: field %s is not as it was", vmcs_info[f].name);
            return said;
        }
    }
    return v->mon.vtx.entries ? controls_broken(v, now) : NULL;
}

/* ---- TLB ---- */

/* The monitor's translations are its linear pages, and in VMX operation those of VPID 0. */
static bool is_monitors(const struct vm *v, const struct tlb_entry *e)
{
    return is_vtx(v) ? e->vpid == 0 : e->vpn >= SEG_CUT >> PAGE_SHIFT;
}

static bool entry_is_sound(const struct vm *v, const struct tlb_entry *e)
{
    if (!is_monitors(v, e))
        return is_of(v, e->pfn, OWNER_GUEST);
    return e->vpn >= SEG_CUT >> PAGE_SHIFT && !(e->rights & PTE_U) && is_of(v, e->pfn, OWNER_MONITOR);
}

/*
 * A pointer into the host's memory: to a frame of the guest's; or, where only the processor itself looks it up, of the
 * monitor's, unless it is the guest that has all of the address space.
 */
static bool line_is_sound(const struct vm *v, const struct lookaside *l, uint64_t tag)
{
    uintptr_t at = l->host + (uint32_t)(tag & PTE_FRAME), first = (uintptr_t)v->ram->bytes;
    bool monitors = (tag & LA_SYSTEM) && !v->hw->cpu.vmx.non_root;

    if (tag == LA_NONE)
        return true;
    return at >= first && at - first < (uintptr_t)v->ram->frames << PAGE_SHIFT &&
           is_of(v, (uint32_t)((at - first) >> PAGE_SHIFT), monitors ? OWNER_MONITOR : OWNER_GUEST);
}

const char *tlb_broken(struct vm *v, char *said, size_t room)
{
    const struct tlb *t = &v->hw->cpu.tlb;

    for (unsigned i = 0; i < t->sets * t->ways; i++)
        if (tlb_valid(t, &t->entry[i]) && !entry_is_sound(v, &t->entry[i])) {
            (void)snprintf(said, room, "TLB: page %05x leads to frame %x", t->entry[i].vpn, t->entry[i].pfn);
            return said;
        }
    for (unsigned i = 0; i < 2 * LA_LINES; i++)
        if (!line_is_sound(v, &t->line[i], t->line[i].read) || !line_is_sound(v, &t->line[i], t->line[i].write)) {
            (void)snprintf(said, room, "lookaside: line %u leads out", i);
            return said;
        }
    return NULL;
}
