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

/* The monitor's pages, by linear page from SEG_CUT. Stubs take two. */
enum { PAGE_STUBS = 0, PAGE_IDT = 2, PAGE_GDT = 3, PAGE_TSS = 4, PAGE_STACK = 5, MONITOR_PAGES = 6 };

#define LINEAR(page) (SEG_CUT + ((uint32_t)(page) << PAGE_SHIFT))

enum {
    STUB_SIZE = 16,
    VECTORS = 256,
    COMMON = VECTORS * STUB_SIZE, /* offset of the common tail */
    AFTER_ESCAPE = COMMON + 2,    /* where the CPU goes on after the escape */
    STUB_IN_ERROR = 3,            /* instructions of a stub: push vector, jmp, escape; */
    STUB_IN = 4,                  /* where the CPU pushes no error code, push 0 before them */
    STUB_OUT = 2                  /* add esp, 8; iret */
};

#define SEL(index) ((unsigned)(index) << 3)

/* push 0 (unless the CPU pushes an error code); push VECTOR; jmp COMMON */
static void write_stub(uint8_t *at, unsigned vector)
{
    uint8_t *to = at;
    int32_t rel;

    if (!vector_has_error(vector)) {
        *to++ = 0x6a;
        *to++ = 0;
    }
    *to++ = 0x68;
    *to++ = (uint8_t)vector;
    *to++ = 0;
    *to++ = 0;
    *to++ = 0;
    *to++ = 0xe9;
    rel = COMMON - (int32_t)(vector * STUB_SIZE + (uint32_t)(to - at) + 4);
    memcpy(to, &rel, sizeof rel);
}

static void write_stubs(uint8_t *two_pages[2])
{
    static const uint8_t common[] = {0x0f, 0x04,       /* escape */
                                     0x83, 0xc4, 0x08, /* add esp, 8: vector and error code */
                                     0xcf};            /* iret */

    for (unsigned v = 0; v < VECTORS; v++)
        write_stub(two_pages[0] + v * STUB_SIZE, v);
    memcpy(two_pages[1], common, sizeof common);
}

/* Interrupt gates to the stubs, DPL 0: a guest's INT n does not pass (SDM Vol. 3, 6.11). */
static void write_idt(uint8_t *idt)
{
    for (unsigned v = 0; v < VECTORS; v++) {
        uint32_t to = SEG_CUT + v * STUB_SIZE, lo = SEL(GDT_CODE) << 16 | (to & 0xffff),
                 hi = (to & 0xffff0000) | 0x8e00;

        memcpy(idt + 8 * v, &lo, 4);
        memcpy(idt + 8 * v + 4, &hi, 4);
    }
}

/* SS0:ESP0 is the monitor's stack; the I/O map lies past the limit, so that every port traps (SDM Vol. 1, 19.5.2). */
static void write_tss(uint8_t *tss)
{
    uint32_t esp0 = LINEAR(PAGE_STACK + 1), ss0 = SEL(GDT_DATA), io_map = 104u << 16;

    memcpy(tss + 4, &esp0, 4);
    memcpy(tss + 8, &ss0, 4);
    memcpy(tss + 100, &io_map, 4);
}

static void write_gdt(struct shadow_gdt *g)
{
    uint32_t tss = LINEAR(PAGE_TSS);

    gdt_put(g, GDT_CODE, 0x0000ffff, 0x00cf9b00);
    gdt_put(g, GDT_DATA, 0x0000ffff, 0x00cf9300);
    gdt_put(g, GDT_TSS, tss << 16 | 103, (tss & 0xff000000) | 0x8b00 | (tss >> 16 & 0xff));
}

/* The hardware stands at ring 0 behind an escape, the guest's frame to come. */
static void behind_escape(struct cpu *p)
{
    const struct desc code = {0x0000ffff, 0x00cf9b00, 0}, data = {0x0000ffff, 0x00cf9300, 0};

    segment_fill(p, CS, SEL(GDT_CODE), &code);
    segment_fill(p, SS, SEL(GDT_DATA), &data);
    p->r[ESP] = LINEAR(PAGE_STACK + 1) - (uint32_t)sizeof(struct trap_frame);
    p->eip = SEG_CUT + AFTER_ESCAPE;
    cpu_set_eflags(p, FL_1);
    p->cpl = 0;
    cpu_refresh(p);
}

/* The hardware as the monitor's loader hands it over. */
static void hand_over(struct monitor *n)
{
    struct cpu *p = &n->hw->cpu;
    uint32_t tss = LINEAR(PAGE_TSS);
    const struct desc task = {tss << 16 | 103, (tss & 0xff000000) | 0x8b00 | (tss >> 16 & 0xff), 0};

    cpu_reset(p, n->hw);
    p->cr3 = n->shadow.root << PAGE_SHIFT;
    p->cr4 = CR4_TSD | (n->virtualizable ? CR4_VIRTUALIZABLE : 0);
    p->cr0 |= CR0_PG | CR0_WP | CR0_NE;
    p->gdtr = (struct dtr){LINEAR(PAGE_GDT), GDT_ENTRIES * 8 - 1};
    p->idtr = (struct dtr){LINEAR(PAGE_IDT), VECTORS * 8 - 1};
    segment_fill(p, TR, SEL(GDT_TSS), &task);
    for (unsigned s = 0; s < SEGS; s++)
        if (s != CS && s != SS)
            segment_null(p, s, 0);
    segment_null(p, LDTR, 0);
    p->armed = !n->virtualizable;
    behind_escape(p);
}

/* The machine's own timer and keyboard are not the guest's; the monitor needs no interrupt but its deadline. */
static void mask_interrupts(struct machine *hw)
{
    hw_out(hw, 0x21, 0xff); /* OCW1 of both PICs (8259A data sheet) */
    hw_out(hw, 0xa1, 0xff);
}

int monitor_boot(struct monitor *n)
{
    uint32_t frame[MONITOR_PAGES], table = frames_take(&n->frames, TYPE_TABLE), *entry;
    uint8_t *page[MONITOR_PAGES];

    if (table == NO_FRAME || shadow_init(&n->shadow, n->guest, n->hw, &n->frames))
        return -1;
    entry = (uint32_t *)(void *)ram_frame(n->hw->ram, table);
    memset(entry, 0, PAGE_SIZE);
    for (unsigned i = 0; i < MONITOR_PAGES; i++) {
        frame[i] = frames_take(&n->frames, TYPE_MONITOR);
        if (frame[i] == NO_FRAME)
            return -1;
        page[i] = ram_frame(n->hw->ram, frame[i]);
        memset(page[i], 0, PAGE_SIZE);
        entry[i] = frame[i] << PAGE_SHIFT | PTE_P | PTE_W | PTE_A | PTE_D;
    }
    shadow_set_monitor(&n->shadow, SHADOW_GUEST_PDES, table << PAGE_SHIFT | PTE_P | PTE_W | PTE_A);
    n->stack_frame = frame[PAGE_STACK];
    write_stubs(&page[PAGE_STUBS]);
    write_idt(page[PAGE_IDT]);
    write_tss(page[PAGE_TSS]);
    gdt_init(&n->gdt, n->guest, page[PAGE_GDT]);
    write_gdt(&n->gdt);
    hand_over(n);
    mask_interrupts(n->hw);
    n->seen_cycles = cpu_cycles(&n->hw->cpu);
    n->seen_insns = cpu_insns(&n->hw->cpu);
    n->stub_insns = 0;
    return 0;
}

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
    behind_escape(&n->hw->cpu);
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

    if (v->t[0] >= g->clock.next)
        clock_fire(&g->clock, v->t[0]);
    if (v->pending || machine_interruptible(g))
        return true;
    n->why = representable(n);
    if (n->why != WHY_nothing && !(n->waiting && n->why == WHY_inactive))
        VM_OBSERVE(vm, world, n->why, v->eip);
    return n->why != WHY_nothing;
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
