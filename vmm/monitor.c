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
#include "vmm/words.h"
#include "vmm/world.h"

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
    n->beyond += n->limit_fault && g->deliveries == e->delivered;
    n->limit_fault = false;
    vm->technique->world->emulated(n, e);
    n->waiting = g->cpu.activity == HALTED && !insns && g->deliveries == e->delivered;
    if (!n->waiting)
        VM_OBSERVE(vm, emulate, e->eip, insns, g->cpu.eip);
    vm->technique->world->refresh(vm);
    if (g->deliveries != e->delivered)
        VM_OBSERVE(vm, inject, g->last_vector, g->cpu.fault_error, e->eip);
}

/*
 * User code on a plain x86 executes MOV SS by itself, and the next instruction's trap tells nothing of the shadow in which it
 * stands (SDM Vol. 3, 6.8.3). But it was begun, so whatever is due by now has been held off, or came later: it is completed first.
 */
static void hold_off(struct vm *vm)
{
    struct machine *g = vm->guest;

    if (!vm->mon.begun)
        return;
    vm->mon.begun = false;
    if (g->cpu.t[0] >= g->clock.next)
        clock_fire(&g->clock, g->cpu.t[0]);
    if (machine_takes(g))
        g->cpu.shadow = SHADOW_SS;
}

/* One instruction, or one event, on the virtual CPU. */
static void interpret(struct vm *vm, uint64_t until)
{
    struct emulation e;

    mon_emulation_begin(vm, &e);
    hold_off(vm);
    machine_step(vm->guest, until);
    mon_emulation_end(vm, &e);
}

/* Of the guest's clock: the hardware, or a halted CPU, is to be looked at again by then. */
static uint64_t next_event(const struct vm *vm)
{
    return vm->guest->clock.next < vm->until ? vm->guest->clock.next : vm->until;
}

void mon_wait(struct vm *vm)
{
    interpret(vm, next_event(vm));
}

/*
 * Where the guest runs MOV SS and STI itself, their shadow holds the deadline's interrupt off by an instruction. On the clock
 * of instructions it therefore comes one early, and the last one is the virtual CPU's.
 */
static bool comes_early(const struct vm *vm)
{
    return vm->technique->world->shadows_deadline && vm->guest->clock_insns;
}

/* The hardware comes back when the guest's clock reaches its next event, or the end of the run. */
static void arm_deadline(struct vm *vm)
{
    struct monitor *n = &vm->mon;
    const struct machine *g = n->guest;
    uint64_t next = next_event(vm), tick = CLOCK_NEVER;

    /* Both clocks run alike from here, but for the stub's instructions. */
    if (next != CLOCK_NEVER)
        tick = n->hw->cpu.t[0] + (next > g->cpu.t[0] ? next - g->cpu.t[0] - comes_early(vm) : 0) +
               (g->clock_insns ? n->stub_insns : 0);
    hw_set_deadline(n->hw, tick, DEADLINE_VECTOR);
}

/* The third step: registers back, the deadline set, and the stub does the rest. */
static void resume(struct vm *vm)
{
    struct monitor *n = &vm->mon;

    hw_work(n->hw, n->hw->cost.resume);
    vm->technique->world->depart(vm);
    arm_deadline(vm);
    n->on_hardware = true;
    n->begun = false;
    VM_OBSERVE(vm, resume, n->guest->cpu.eip, n->guest->cpu.seg[CS].sel);
}

/* The guest tries again: nothing of it has changed, nor has the virtual CPU learnt anything. */
static void resume_as_it_was(struct vm *vm, const struct trap *t)
{
    vm->technique->world->again(vm);
    arm_deadline(vm);
    vm->mon.on_hardware = true;
    VM_OBSERVE(vm, resume, t->eip, t->cs);
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
            vm->technique->world->refresh(vm);
            if (vm->technique->world->representable(n) == WHY_nothing) {
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
    struct trap t;
    enum vm_next next;

    vm->technique->world->arrive(vm, &t);
    hw_work(n->hw, n->hw->cost.dispatch);
    next = vm->technique->on_trap(vm, &t);
    n->begun &= next != VM_EMULATED;
    if (next == VM_INTERPRET)
        interpret(vm, vm->until);
    if (next == VM_AGAIN)
        resume_as_it_was(vm, &t);
    else if (n->single && next != VM_RESUME)
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
static void leave_live(struct vm *vm)
{
    vm->technique->world->look(&vm->mon);
    vm->mon.live = true;
}

/* A processor that has shut down below the monitor runs nothing any more: the guest's run is over, and the fault is the monitor's. */
static bool is_down(struct vm *vm, enum stop stop)
{
    if (stop != STOP_SHUTDOWN)
        return false;
    mon_complain(vm, _("the machine below the monitor has shut down"));
    vm->mon.on_hardware = false;
    return true;
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

        if (!over || !vm->technique->world->in_guest(p))
            stop = over ? machine_step(n->hw, CLOCK_NEVER) : machine_run(n->hw, end);
        if (is_down(vm, stop))
            break;
        if (stop == STOP_HOLE)
            hole_check(vm);
        if (stop == STOP_PROBE) {
            leave_live(vm);
            break;
        }
    }
}

int monitor_attach(struct vm *vm)
{
    struct monitor *n = &vm->mon;

    n->hw = vm->hw;
    n->on_hardware = n->live = n->single = n->waiting = n->limit_fault = n->begun = false;
    n->gdt_stale = n->shadow_stale = true;
    vm->hw->escape = monitor_escape;
    return monitor_boot(n, vm->technique->world);
}

/* What the guest believes is known at every boundary; so the monitor only takes away what is its own. */
void monitor_detach(struct vm *vm)
{
    struct monitor *n = &vm->mon;

    monitor_changed(vm);
    vm->technique->world->unboot(n);
    frames_give_all(&n->frames);
    vm->hw->escape = NULL;
}

/* The guest's registers are the virtual CPU's, and go out with the next resume. */
void monitor_changed(struct vm *vm)
{
    struct monitor *n = &vm->mon;

    vm->technique->world->changed(n);
    if (!n->live)
        return;
    n->live = n->on_hardware = false;
    vm->technique->world->take_back(n);
}

void monitor_step(struct vm *vm)
{
    const struct world *w = vm->technique->world;
    struct monitor *n = &vm->mon;
    struct cpu *p = &n->hw->cpu;

    n->single = true;
    n->slice = CLOCK_NEVER;
    start(vm, CLOCK_NEVER);
    while (n->on_hardware) {
        uint64_t delivered = n->hw->deliveries;
        bool was_in_guest = w->in_guest(p);
        enum stop stop = machine_step(n->hw, CLOCK_NEVER);

        if (is_down(vm, stop))
            break;
        if (stop == STOP_HOLE)
            hole_check(vm);
        if (w->in_guest(p) && (was_in_guest || n->hw->deliveries != delivered)) { /* an instruction, or an event */
            leave_live(vm);
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

bool mon_cannot_resume(struct vm *vm)
{
    struct monitor *n = &vm->mon;
    struct machine *g = n->guest;
    struct cpu *v = &g->cpu;
    enum why_not why;

    if (v->t[0] >= g->clock.next)
        clock_fire(&g->clock, v->t[0]);
    if (v->pending || (comes_early(vm) && v->t[0] + 1 == next_event(vm)))
        return true;
    why = vm->technique->world->representable(n);
    if (why != WHY_nothing && !(n->waiting && why == WHY_inactive))
        VM_OBSERVE(vm, world, why, v->eip);
    return why != WHY_nothing;
}

bool mon_must_interpret(struct vm *vm)
{
    return mon_cannot_resume(vm) || machine_interruptible(vm->guest);
}

enum shadow_fault mon_page_fault(struct vm *vm, const struct trap *t)
{
    struct monitor *n = &vm->mon;
    struct shadow_report r;
    enum shadow_fault f;

    if (n->shadow_stale)
        vm->technique->world->refresh(vm);
    f = shadow_fill(&n->shadow, gva(t->cr2), t->error & PF_W, t->error & PF_U, &r);
    if (f == SHADOW_FILLED) {
        hw_work(n->hw, n->hw->cost.shadow_fill);
        if (r.old & PTE_P)
            vm->technique->world->forget_page(n, gva(t->cr2));
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

enum vm_next mon_answer_trap(struct vm *vm, const struct trap *t)
{
    enum exit_reason r;

    if (t->vector == VEC_PF)
        return mon_answer_page_fault(vm, t);
    r = t->vector == DEADLINE_VECTOR ? EXIT_deadline : exit_classify(mon_guest(vm), t);
    mon_count_exit(vm, r, t);
    vm->mon.limit_fault = r == EXIT_exception && (t->vector == VEC_GP || t->vector == VEC_SS);
    return r == EXIT_deadline ? VM_RESUME : VM_INTERPRET;
}

void mon_count_exit(struct vm *vm, enum exit_reason r, const struct trap *t)
{
    vm->mon.exits[r]++;
    VM_OBSERVE(vm, exit, r, t->vector, t->error, t->eip);
}
