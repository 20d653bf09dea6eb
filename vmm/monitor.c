/* SPDX-License-Identifier: MIT */
#include "vmm/monitor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "interp/access.h"
#include "interp/fault.h"
#include "interp/paging.h"
#include "vmm/hw.h"
#include "vmm/vm_struct.h"

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
    for (unsigned i = 0; i < n->watches; i++)
        n->hw->ram->flag[n->watched[i].frame] &= (uint8_t)~FRAME_TRACED;
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

void monitor_guest_event(struct monitor *n, const struct event *e)
{
    if (e->kind == EVENT_tlb_flush) {
        n->shadow_stale = true;
    } else if (e->kind == EVENT_tlb_invlpg) {
        shadow_invlpg(&n->shadow, gva((uint32_t)e->field[0]));
        hw_invlpg(n->hw, gva((uint32_t)e->field[0]));
    }
}

/* Shadows that the guest's last instructions made untrue go before the hardware uses them again. */
static void refresh_shadows(struct vm *vm)
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

void mon_emulation_begin(struct vm *vm, struct emulation *e)
{
    const struct machine *g = vm->guest;

    world_sync_clock(&vm->mon);
    *e = (struct emulation){.gdtr = g->cpu.gdtr,
                            .eip = g->cpu.eip,
                            .cr0 = g->cpu.cr0,
                            .insns = cpu_insns(&g->cpu),
                            .cycles = cpu_cycles(&g->cpu),
                            .device = g->by[ACCOUNT_DEVICE],
                            .idle = g->by[ACCOUNT_IDLE],
                            .delivered = g->deliveries};
}

void mon_emulation_end(struct vm *vm, const struct emulation *e)
{
    struct monitor *n = &vm->mon;
    const struct machine *g = vm->guest;
    uint64_t cycles = cpu_cycles(&g->cpu) - e->cycles, insns = cpu_insns(&g->cpu) - e->insns,
             device = g->by[ACCOUNT_DEVICE] - e->device, idle = g->by[ACCOUNT_IDLE] - e->idle;

    charge(&n->hw->cpu, ACCOUNT_DEVICE, device);
    charge(&n->hw->cpu, ACCOUNT_IDLE, idle);
    hw_work(n->hw, cycles - device - idle);
    n->seen_cycles = cpu_cycles(&n->hw->cpu); /* the guest's clock has these cycles already */
    n->interpreted += insns;
    if (e->gdtr.base != g->cpu.gdtr.base || e->gdtr.limit != g->cpu.gdtr.limit)
        n->gdt_stale = true;
    if ((e->cr0 ^ g->cpu.cr0) & CR0_WP) /* entries flipped for a WP=0 kernel, which no TLB flush ends */
        n->shadow_stale = true;
    n->waiting = g->cpu.activity == HALTED && !insns && g->deliveries == e->delivered;
    if (!n->waiting)
        VM_OBSERVE(vm, emulate, e->eip, insns, g->cpu.eip);
    refresh_shadows(vm);
    if (g->deliveries != e->delivered)
        VM_OBSERVE(vm, inject, g->last_vector, g->cpu.fault_error, e->eip);
}

/* One instruction, or one event, on the virtual CPU. */
static void interpret(struct vm *vm, uint64_t until)
{
    struct emulation e;

    mon_emulation_begin(vm, &e);
    machine_step(vm->guest, until);
    mon_emulation_end(vm, &e);
}

void mon_wait(struct vm *vm)
{
    uint64_t next = vm->guest->clock.next;

    interpret(vm, next < vm->until ? next : vm->until);
}

/* The hardware comes back when the guest's clock reaches its next event, or the end of the run. */
static void arm_deadline(struct vm *vm)
{
    struct monitor *n = &vm->mon;
    const struct machine *g = n->guest;
    uint64_t next = g->clock.next < vm->until ? g->clock.next : vm->until, tick = CLOCK_NEVER;

    /* Both clocks run alike from here, but for the stub's instructions. */
    if (next != CLOCK_NEVER)
        tick = n->hw->cpu.t[0] + (next > g->cpu.t[0] ? next - g->cpu.t[0] : 0) + (g->clock_insns ? n->stub_insns : 0);
    hw_set_deadline(n->hw, tick, DEADLINE_VECTOR);
}

/* The third step: registers back, the deadline set, and the stub's IRET does the rest. */
static void resume(struct vm *vm)
{
    struct monitor *n = &vm->mon;
    uint64_t made = n->gdt.made;

    hw_work(n->hw, n->hw->cost.resume);
    world_out(n);
    hw_work(n->hw, (n->gdt.made - made) * n->hw->cost.shadow_desc);
    world_sync_clock(n);
    n->stub_insns = STUB_OUT;
    n->stub_cycles += n->hw->cost.insn + n->hw->cost.iret; /* add, iret */
    arm_deadline(vm);
    n->on_hardware = true;
    VM_OBSERVE(vm, resume, n->guest->cpu.eip, n->guest->cpu.seg[CS].sel);
}

static void leave(struct monitor *n)
{
    n->on_hardware = false;
    machine_stop(n->hw);
}

/* Has the guest touched what is watched, or does a breakpoint stand before what comes next? */
static bool met_probe(struct vm *vm)
{
    if (!vm->guest->probes || vm->mon.single || mon_done(vm, vm->until))
        return false;
    return vm->probes.hit.kinds || machine_probe_ahead(vm->guest);
}

/* Interprets as long as the technique wants, then resumes the hardware or stops it. */
static void go_on(struct vm *vm)
{
    struct monitor *n = &vm->mon;
    uint64_t until = n->slice < vm->until ? n->slice : vm->until; /* a halted CPU waits no longer */
    enum vm_next next;

    while (!met_probe(vm) && n->guest->cpu.t[0] < n->slice && (next = vm->technique->run(vm, vm->until)) != VM_STOP) {
        if (next == VM_RESUME) {
            refresh_shadows(vm);
            if (representable(n) == WHY_nothing) {
                resume(vm);
                return;
            }
        }
        if (next != VM_EMULATED)
            interpret(vm, until);
        if (n->single)
            break;
    }
    leave(n);
}

void monitor_escape(void *owner)
{
    struct vm *vm = owner;
    struct monitor *n = &vm->mon;
    struct trap_frame f;
    struct trap t;
    enum vm_next next;

    (void)lin_peek(n->hw, n->hw->cpu.r[ESP], &f, sizeof f);
    n->stub_insns += vector_has_error(f.vector) ? STUB_IN_ERROR : STUB_IN;
    n->stub_cycles += (vector_has_error(f.vector) ? STUB_IN_ERROR : STUB_IN) * n->hw->cost.insn;
    world_in(n, &f);
    hw_work(n->hw, n->hw->cost.dispatch);
    t = (struct trap){
        .vector = f.vector, .error = f.error, .eip = f.eip, .cr2 = n->hw->cpu.cr2, .cs = f.cs, .eflags = f.eflags};
    next = vm->technique->on_trap(vm, &t);
    if (next == VM_INTERPRET)
        interpret(vm, vm->until);
    if (n->single && next != VM_RESUME)
        leave(n);
    else
        go_on(vm);
}

/* Before the hardware runs: either the guest's state is in it, or it is brought there. */
static void start(struct vm *vm, uint64_t until)
{
    vm->until = until;
    vm->mon.on_hardware |= vm->mon.live;
    if (vm->mon.live)
        arm_deadline(vm);
    else
        go_on(vm);
    vm->mon.live = false;
}

/* The guest stays on the hardware, and what it believes is known. */
static void leave_live(struct monitor *n)
{
    world_in_live(n);
    n->live = true;
}

/*
 * A slice that is used up, or a stop that was asked for, leaves no trace: the guest stays where it is, on the hardware,
 * whose registers it has; only the stub's few instructions are stepped through to their end.
 */
void monitor_run(struct vm *vm, uint64_t until, uint64_t ticks)
{
    struct monitor *n = &vm->mon;
    struct cpu *p = &n->hw->cpu;
    uint64_t now = n->guest->cpu.t[0], end = ticks < CLOCK_NEVER - p->t[0] ? p->t[0] + ticks : CLOCK_NEVER;

    n->single = false;
    n->slice = ticks < CLOCK_NEVER - now ? now + ticks : CLOCK_NEVER;
    start(vm, until);
    while (n->on_hardware) {
        bool over = n->stop || p->t[0] >= end;
        enum stop stop = STOP_PROBE;

        if (!over || p->cpl == 0)
            stop = over ? machine_step(n->hw, CLOCK_NEVER) : machine_run(n->hw, end);
        if (stop == STOP_HOLE)
            hole_check(vm);
        if (stop == STOP_PROBE) {
            leave_live(n);
            break;
        }
    }
}

/* The guest's registers are the virtual CPU's, and go out with the next resume. GDTR may be one of those changed. */
void monitor_changed(struct monitor *n)
{
    n->gdt_stale = true;
    if (!n->live)
        return;
    n->live = n->on_hardware = false;
    monitor_behind_escape(&n->hw->cpu);
}

void monitor_step(struct vm *vm)
{
    struct monitor *n = &vm->mon;
    struct cpu *p = &n->hw->cpu;

    n->single = true;
    n->slice = CLOCK_NEVER;
    start(vm, CLOCK_NEVER);
    while (n->on_hardware) {
        uint64_t delivered = n->hw->deliveries;
        bool in_guest = p->cpl != 0;
        enum stop stop = machine_step(n->hw, CLOCK_NEVER);

        if (stop == STOP_HOLE)
            hole_check(vm);
        if (in_guest && p->cpl != 0 && n->hw->deliveries == delivered) {
            leave_live(n);
            break;
        }
    }
    n->single = false;
}

void monitor_interrupt(struct monitor *n)
{
    n->stop = true;
    machine_stop(n->hw);
}

struct machine *mon_guest(struct vm *vm)
{
    return vm->guest;
}

bool mon_done(struct vm *vm, uint64_t until)
{
    const struct machine *g = vm->guest;
    const struct cpu *v = &g->cpu;

    return g->exited || v->activity == SHUTDOWN || v->t[0] >= until || vm->mon.stop || vm->complaint[0] ||
           machine_hangs(g);
}

void mon_complain(struct vm *vm, const char *fmt, ...)
{
    va_list args;

    if (vm->complaint[0])
        return;
    va_start(args, fmt);
    (void)vsnprintf(vm->complaint, sizeof vm->complaint, fmt, args);
    va_end(args);
}

bool mon_must_interpret(struct vm *vm)
{
    struct monitor *n = &vm->mon;
    struct machine *g = n->guest;
    struct cpu *v = &g->cpu;
    enum why_not why;

    if (v->t[0] >= g->clock.next)
        clock_fire(&g->clock, v->t[0]);
    if (v->pending || machine_interruptible(g))
        return true;
    why = representable(n);
    if (why != WHY_nothing && !(n->waiting && why == WHY_inactive))
        VM_OBSERVE(vm, world, why, v->eip);
    return why != WHY_nothing;
}

enum shadow_fault mon_page_fault(struct vm *vm, const struct trap *t)
{
    struct monitor *n = &vm->mon;
    struct shadow_report r;
    enum shadow_fault f;

    if (n->shadow_stale)
        refresh_shadows(vm);
    f = shadow_fill(&n->shadow, gva(t->cr2), t->error & PF_W, n->guest->cpu.cpl == 3, &r);
    if (f == SHADOW_FILLED) {
        hw_work(n->hw, n->hw->cost.shadow_fill);
        if (r.old & PTE_P)
            hw_invlpg(n->hw, gva(t->cr2));
        VM_OBSERVE(vm, shadow_fill, t->cr2, r.walk.pa, r.hpa.v, r.entry);
    }
    return f;
}

enum vm_next mon_answer_page_fault(struct vm *vm, const struct trap *t)
{
    static const enum exit_reason reason[] = {[SHADOW_FILLED] = EXIT_hidden_fault,
                                              [SHADOW_TRUE] = EXIT_true_fault,
                                              [SHADOW_TRACED] = EXIT_trace,
                                              [SHADOW_MMIO] = EXIT_mmio};
    enum shadow_fault f = mon_page_fault(vm, t);

    mon_count_exit(vm, reason[f], t);
    return f == SHADOW_FILLED ? VM_RESUME : VM_INTERPRET;
}

void mon_count_exit(struct vm *vm, enum exit_reason r, const struct trap *t)
{
    vm->mon.exits[r]++;
    VM_OBSERVE(vm, exit, r, t->vector, t->error, t->eip);
}
