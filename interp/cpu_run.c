/* SPDX-License-Identifier: MIT */
/*
 * The run loop. It has control at instruction boundaries only, and decides what comes next: a pending fault, an
 * interrupt, a block of instructions, or, close to a deadline or under TF, one instruction.
 *
 *      boundary ──> fault? interrupt? ──> deliver ──┐
 *         ^    └──> deadline far: chain of blocks ──┤   faults longjmp to the loop
 *         └────────> near: one instruction ─────────┘
 */
#include <setjmp.h>

#include "interp/access.h"
#include "interp/block.h"
#include "interp/debugreg.h"
#include "interp/ept.h"
#include "interp/exec.h"
#include "interp/machine.h"
#include "interp/paging.h"
#include "interp/probe.h"
#include "interp/trap.h"
#include "interp/vmx_transition.h"

enum { STOP_NOT = -1 };

/*
 * A handler that begins with a fault never retires an instruction: with --clock insns no time would pass, and no limit be
 * reached. So many in a row are called a hang.
 */
enum { FRUITLESS_MAX = 1 << 18 };

/* An instruction has been left: nothing of it has happened. */
static void undone(struct cpu *c)
{
    if (c->m->probes)
        probe_fault(c);
    c->debug_hit = c->debug_before; /* nothing was touched */
    c->shadow = c->shadow_before;
    block_unpatch(c);
}

/*
 * raise_fault() has landed. A fault within a delivery combines with what was being delivered, unless a host takes it. True: it
 * has led to the host.
 */
static bool fault_arrived(struct cpu *c)
{
    int v = c->fault_vector;

    undone(c);
    if (c->delivering) {
        if (vmx_intercepts(c, c->fault_vector, c->fault_error)) {
            vmx_exception_exits(c);
            return true;
        }
        v = trap_combine(c->fault_first, c->fault_vector);
        c->delivering = false;
    }
    if (v < 0 && c->vmx.non_root) {
        vmx_triple_fault(c);
        return true;
    }
    if (v < 0) {
        c->activity = SHUTDOWN;
        c->shadow = 0; /* the instruction that stood in it is over */
        OBSERVE(c->m, shutdown, c->fault_vector, c->eip);
        return false;
    }
    if (v == VEC_DF)
        c->fault_error = 0;
    c->fault_vector = (uint8_t)v;
    c->pending = true;
    return false;
}

/* vmx_exit() has landed. */
static bool exit_arrived(struct cpu *c)
{
    undone(c);
    vmx_leave(c, &c->exit);
    return true;
}

static void deliver(struct cpu *c, unsigned vector, enum intr_type type, uint32_t error)
{
    enum trap_kind kind = type == INTR_FAULT ? TRAP_FAULT : TRAP_EXTERNAL;

    c->event = (struct vmx_event){.info = INTR_VALID | (uint32_t)type << INTR_TYPE_SHIFT | vector, .error = error};
    if (kind == TRAP_FAULT && vector_has_error(vector))
        c->event.info |= INTR_ERROR;
    c->activity = ACTIVE; /* #DB behind a HLT wakes */
    if (type == INTR_FAULT)
        c->debug_hit = 0; /* what MOV SS held off is lost when the next instruction faults */
    c->delivering = true;
    c->external = kind != TRAP_SOFTWARE;
    c->fault_first = kind == TRAP_FAULT ? (int)vector : -1;
    trap_deliver(c, vector, kind, error, c->eip);
    c->delivering = false;
    vmx_completed(c);
}

bool machine_hangs(const struct machine *m)
{
    const struct cpu *c = &m->cpu;
    bool heard = c->eflags & FL_IF || c->vmx.pin & PIN_INTERRUPT;

    if (m->fruitless > FRUITLESS_MAX)
        return true;
    if (c->activity != HALTED || (c->nmi && !c->nmi_blocked) || (heard && (c->intr || m->deadline_due)))
        return false;
    if (c->vmx.non_root && vmx_wakes(c)) /* a VM exit is due */
        return false;
    if (pc_can_nmi(&m->pc) || c->vmx.timer != CLOCK_NEVER)
        return false;
    return !heard || !(m->awaits_input || m->deadline.when != CLOCK_NEVER || pc_can_wake(&m->pc));
}

/* HLT: time passes until something happens. Returns a stop, or STOP_NOT. */
static int wait_for_interrupt(struct machine *m, uint64_t until)
{
    struct cpu *c = &m->cpu;
    uint64_t to = m->clock.next < until ? m->clock.next : until;

    to = c->vmx.timer < to ? c->vmx.timer : to;
    c->shadow = 0; /* HLT was the instruction that STI's shadow covered */
    if (machine_interruptible(m))
        return STOP_NOT;
    if (machine_hangs(m))
        return STOP_HANG;
    if (to > c->t[0]) {
        m->idle_ticks += to - c->t[0];
        if (!m->clock_insns)
            m->by[ACCOUNT_IDLE] += to - c->t[0];
        c->t[0] = to;
    }
    return STOP_NOT;
}

/* What stands at this boundary before anything can run? */
static int boundary(struct machine *m, uint64_t until)
{
    struct cpu *c = &m->cpu;

    block_unpatch(c);
    if (c->pending)
        return STOP_NOT;
    if (m->exited)
        return STOP_EXIT;
    if (c->activity == SHUTDOWN)
        return STOP_SHUTDOWN;
    if (c->hole_next) {
        c->hole_next = false;
        return STOP_HOLE;
    }
    if (m->stop) {
        m->stop = false;
        return STOP_ASKED;
    }
    if (c->t[0] >= until)
        return STOP_LIMIT;
    if (m->fruitless > FRUITLESS_MAX)
        return STOP_HANG;
    if (m->probes && m->probes->hit.kinds && !c->stepping)
        return STOP_PROBE;
    if (c->t[0] >= m->clock.next)
        clock_fire(&m->clock, c->t[0]);
    return STOP_NOT;
}

/* Ticks that the longest block can take. */
static uint64_t longest_block(const struct machine *m)
{
    if (m->clock_insns)
        return BLOCK_INSNS;
    return m->interpreted ? BLOCK_CYCLES_INTERPRETED : BLOCK_CYCLES;
}

static void set_deadline(struct machine *m, uint64_t until)
{
    uint64_t margin = longest_block(m);

    m->cpu.deadline = m->clock.next < until ? m->clock.next : until;
    if (m->cpu.vmx.timer < m->cpu.deadline)
        m->cpu.deadline = m->cpu.vmx.timer;
    m->cpu.soft = m->cpu.deadline > margin ? m->cpu.deadline - margin : 0;
}

/* In the loop form of handlers each returns the next operation; in the tail-call form the first call runs them all. */
static void chain(struct cpu *c, const struct op *o)
{
    while (o)
        o = o->fn(c, o);
}

/* One instruction, unless a probe stands before it; with TF set before it, #DB after it (SDM Vol. 3, 18.3.1.4). */
static void single(struct cpu *c)
{
    bool trace = c->eflags & FL_TF, guest = c->vmx.non_root;
    uint64_t deliveries = c->m->deliveries;

    c->soft = 0;
    debugreg_before_fetch(c);
    fetch_latch(c);
    if (c->t[0] >= c->deadline) /* the fetch has cost a walk: another boundary first */
        return;
    if (c->m->probes && !probe_before(c))
        return;
    c->shadow = 0;
    c->mid_rep = false;
    chain(c, block_single(c));
    if (c->m->probes)
        probe_after(c, !c->mid_rep && !c->hole_next);
    if (c->vmx.non_root != guest) /* a VM entry is no step of either side's */
        return;
    if (trace && c->shadow != SHADOW_SS && c->m->deliveries == deliveries && !c->hole_next)
        c->debug_hit |= DR6_BS;
    vmx_completed(c);
}

static void block(struct cpu *c)
{
    const struct op *o;

    fetch_latch(c);
    o = c->t[0] < c->soft ? block_at(c) : NULL; /* the fetch may have cost a walk */
    if (o)
        chain(c, o);
    else
        single(c);
}

static void take_interrupt(struct cpu *c)
{
    struct machine *m = c->m;

    if (c->nmi && !c->nmi_blocked) { /* first of them (SDM Vol. 3, table 6-2); none further before IRET (6.7.1) */
        c->nmi = false;
        c->nmi_blocked = true;
        deliver(c, VEC_NMI, INTR_NMI, 0);
    } else {
        deliver(c, machine_acknowledge(m), INTR_EXTERNAL, 0);
    }
}

static void exception(struct cpu *c)
{
    if (vmx_intercepts(c, c->fault_vector, c->fault_error))
        vmx_exception_exits(c);
    else
        deliver(c, c->fault_vector, INTR_FAULT, c->fault_error);
}

static void turn(struct cpu *c)
{
    bool alone = machine_looks(c->m) || c->probe_next;

    c->probe_next = false;
    if (c->pending) {
        c->pending = false;
        exception(c);
        return;
    }
    c->shadow_before = c->shadow;
    c->nmi_before = c->nmi_blocked;
    c->debug_before = c->debug_hit;
    if (c->vmx.non_root && vmx_boundary(c))
        return;
    if (machine_interruptible(c->m)) {
        take_interrupt(c);
    } else if (alone || c->t[0] >= c->soft) {
        single(c);
    } else {
        block(c);
    }
}

static enum stop run(struct machine *m, uint64_t until, bool one)
{
    struct cpu *c = &m->cpu;
    jmp_buf here;
    bool left;
    int stop;

    c->unwind = &here;
    c->stepping = one;
    switch (setjmp(here)) {
    case UNWIND_FAULT: left = fault_arrived(c); break;
    case UNWIND_EXIT: left = exit_arrived(c); break;
    default: left = false; break;
    }
    if (left && one) { /* a VM exit is a step */
        c->unwind = NULL;
        return STOP_STEP;
    }
    for (;;) {
        stop = boundary(m, until);
        if (stop == STOP_NOT && c->activity == HALTED && !c->pending) {
            stop = wait_for_interrupt(m, until);
            if (stop == STOP_NOT && !machine_interruptible(m))
                continue;
        }
        if (stop != STOP_NOT)
            break;
        set_deadline(m, until);
        turn(c);
        if (c->debug_hit && !c->vmx.mtf) /* which goes before (SDM Vol. 3, 25.5.2) */
            debugreg_trap(c);
        if (one && !c->pending) {
            stop = m->exited ? STOP_EXIT : c->hole_next ? STOP_HOLE : STOP_STEP;
            c->hole_next = false;
            break;
        }
    }
    c->unwind = NULL;
    return (enum stop)stop;
}

/* Would the next instruction be fetched? If not, a fault comes before it. */
static bool can_fetch(const struct cpu *c)
{
    struct ept_walk ept[WALK_LEVELS + 1];
    struct walk_context k = walk_context_of(c->m, ept);
    struct walk w;

    k.fetch = true;

    if (c->eip > c->seg[CS].limit)
        return false;
    return !cpu_translates(c) || page_walk(&k, c->seg[CS].base + c->eip, false, c->cpl == 3, &w);
}

bool machine_probe_ahead(struct machine *m)
{
    struct cpu *c = &m->cpu;

    if (!m->probes)
        return false;
    if (c->t[0] >= m->clock.next)
        clock_fire(&m->clock, c->t[0]);
    return !c->pending && c->activity == ACTIVE && !machine_interruptible(m) && can_fetch(c) && probe_stands(c);
}

enum stop machine_run(struct machine *m, uint64_t until)
{
    return run(m, until, false);
}

enum stop machine_step(struct machine *m, uint64_t until)
{
    return run(m, until, true);
}
