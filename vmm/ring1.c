/* SPDX-License-Identifier: MIT */
/*
 * The world switch of ring compression: the guest's kernel at ring 1 and its programs at ring 3, on the monitor's tables.
 * The way in is a trap through the monitor's IDT, the way out an IRET. world.c moves the registers; here stand the tables
 * that the hardware is given, a GDT and page tables, and what makes them stale.
 */
#include <string.h>

#include "interp/access.h"
#include "interp/fault.h"
#include "interp/paging.h"
#include "vmm/hw.h"
#include "vmm/vm_struct.h"
#include "vmm/world.h"

/* Where the guest's GDT lies now, piece by piece. */
static unsigned locate_gdt(struct monitor *n, struct watched w[WATCHED_MAX])
{
    const struct dtr *t = &n->guest->cpu.gdtr;
    uint32_t size = t->limit + 1u, at = t->base;
    unsigned count = 0;

    while (size) {
        uint32_t offset = at & PAGE_OFFSET, room = PAGE_SIZE - offset, part = size < room ? size : room, frame;
        uint64_t pa;

        if (!paging_peek(n->guest, at, &pa) && (frame = machine_frame(n->guest, pa)) != NO_FRAME)
            w[count++] = (struct watched){frame, offset, offset + part - 1};
        at += part;
        size -= part;
    }
    return count;
}

static void unwatch(struct monitor *n)
{
    for (unsigned i = 0; i < n->watches; i++)
        n->hw->ram->flag[n->watched[i].frame] &= (uint8_t)~FRAME_TRACED;
    n->watches = 0;
}

/*
 * Watches the guest's GDT where it lies now: if that has changed, the shadow may hold writable entries for it. On a
 * virtualizable CPU the guest loads no descriptor itself, and nothing of its GDT is shadowed.
 */
static void watch_gdt(struct monitor *n)
{
    struct watched w[WATCHED_MAX] = {0};
    unsigned count = n->virtualizable ? 0 : locate_gdt(n, w);

    if (count == n->watches && memcmp(w, n->watched, count * sizeof *w) == 0)
        return;
    unwatch(n);
    for (unsigned i = 0; i < count; i++)
        ram_guard(n->hw->ram, w[i].frame, FRAME_TRACED);
    memcpy(n->watched, w, sizeof w);
    n->watches = count;
    n->shadow_stale = true;
}

void monitor_traced(struct monitor *n, uint32_t frame, uint32_t offset, uint32_t size)
{
    for (unsigned i = 0; i < n->watches; i++)
        if (n->watched[i].frame == frame && offset <= n->watched[i].last && offset + size > n->watched[i].first)
            n->gdt_stale = true;
}

static void forget_page(struct monitor *n, gva_t gva)
{
    hw_invlpg(n->hw, gva);
}

static void event(struct monitor *n, const struct event *e)
{
    if (e->kind == EVENT_tlb_flush) {
        n->shadow_stale = true;
    } else if (e->kind == EVENT_tlb_invlpg) {
        shadow_invlpg(&n->shadow, gva((uint32_t)e->field[0]));
        forget_page(n, gva((uint32_t)e->field[0]));
    }
}

/* Shadows that the guest's last instructions made untrue go before the hardware uses them again. */
static void refresh(struct vm *vm)
{
    struct monitor *n = &vm->mon;

    if (n->gdt_stale || n->shadow_stale) {
        gdt_drop(&n->gdt);
        n->gdt_stale = false;
        watch_gdt(n);
    }
    if (n->shadow_stale) {
        shadow_drop(&n->shadow);
        hw_work(n->hw, n->hw->cost.shadow_flush);
        hw_mov_cr3(n->hw, n->hw->cpu.cr3);
        VM_OBSERVE(vm, shadow_drop, n->guest->cpu.cr3);
        n->shadow_stale = false;
    }
}

static void emulated(struct monitor *n, const struct emulation *before)
{
    const struct cpu *v = &n->guest->cpu;

    if (before->gdtr.base != v->gdtr.base || before->gdtr.limit != v->gdtr.limit)
        n->gdt_stale = true;
    if ((before->cr0 ^ v->cr0) & CR0_WP) /* entries flipped for a WP=0 kernel, which no TLB flush ends */
        n->shadow_stale = true;
}

/* GDTR may be one of those that were written. */
static void changed(struct monitor *n)
{
    n->gdt_stale = true;
}

static uint32_t tables(struct monitor *n)
{
    return shadow_init(&n->shadow, n->guest, n->hw, &n->frames, SHADOW_PDES_SHARED) ? NO_FRAME : n->shadow.root;
}

static int boot(struct monitor *n)
{
    if (n->virtualizable)
        n->hw->cpu.cr4 |= CR4_VIRTUALIZABLE;
    n->hw->cpu.armed = !n->virtualizable && !n->hole.bit;
    cpu_refresh(&n->hw->cpu);
    return 0;
}

/*
 * INT1 is the one source of #DB here: a guest with TF or breakpoints is interpreted. Unlike INT n it asks no gate for leave, so
 * that the hardware has executed it. It is taken back, and executed by the virtual CPU as everything else that traps. Its
 * prefixes mean nothing and are lost: only where the delivery faults could the guest see that.
 */
static void take_back_int1(struct monitor *n, struct trap_frame *f)
{
    f->eip--;
    n->stub_insns++;
    n->stub_cycles += n->hw->cost.insn;
}

static void arrive(struct vm *vm, struct trap *t)
{
    struct monitor *n = &vm->mon;
    struct trap_frame f;

    (void)lin_peek(n->hw, n->hw->cpu.r[ESP], &f, sizeof f);
    n->stub_insns += vector_has_error(f.vector) ? STUB_IN_ERROR : STUB_IN;
    n->stub_cycles += (vector_has_error(f.vector) ? STUB_IN_ERROR : STUB_IN) * n->hw->cost.insn;
    if (f.vector == VEC_DB)
        take_back_int1(n, &f);
    world_in(n, &f);
    n->begun = f.vector != DEADLINE_VECTOR;
    *t = (struct trap){
        .vector = f.vector, .error = f.error, .eip = f.eip, .cr2 = n->hw->cpu.cr2, .cs = f.cs, .eflags = f.eflags};
}

static void depart(struct vm *vm)
{
    struct monitor *n = &vm->mon;
    uint64_t made = n->gdt.made;

    world_out(n);
    hw_work(n->hw, (n->gdt.made - made) * n->hw->cost.shadow_desc);
    world_sync_clock(n);
    n->stub_insns = STUB_OUT;
    n->stub_cycles += n->hw->cost.insn + n->hw->cost.iret; /* add, iret */
}

static void take_back(struct monitor *n)
{
    monitor_behind_escape(n, STUB_AFTER_ESCAPE);
}

static bool in_guest(const struct cpu *p)
{
    return p->cpl != 0;
}

const struct world world_ring1 = {.tables = tables,
                                  .boot = boot,
                                  .unboot = unwatch,
                                  .arrive = arrive,
                                  .look = world_in_live,
                                  .depart = depart,
                                  .refresh = refresh,
                                  .forget_page = forget_page,
                                  .event = event,
                                  .emulated = emulated,
                                  .changed = changed,
                                  .take_back = take_back,
                                  .in_guest = in_guest,
                                  .representable = representable,
                                  .why_not = world_why_not};
