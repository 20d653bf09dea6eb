/* SPDX-License-Identifier: MIT */
/* Turns: each process that can run gets `quantum` ticks of the clock, in the order of the table. */
#include "guests/bantam/arch/arch.h"
#include "guests/bantam/kernel/counters.h"
#include "guests/bantam/kernel/panic.h"
#include "guests/bantam/kernel/process.h"

static unsigned quantum, turn; /* ticks of the running turn */
static uint32_t ticks;

uint32_t now(void)
{
    return ticks;
}

static void wake_sleepers(void)
{
    for (struct process *p = processes; p < processes + PROCESSES; p++)
        if (p->state == PROCESS_WAITING && p->wake_at && p->wake_at <= ticks) {
            p->wake_at = 0;
            p->state = PROCESS_READY;
        }
}

/* HZ times a second. */
static void tick(void)
{
    counters.interrupts++;
    counters.ticks = ++ticks;
    turn++;
    if (current && current->state == PROCESS_RUNNING)
        current->ticks++;
    wake_sleepers();
}

void schedule_start(unsigned ticks_a_turn)
{
    quantum = ticks_a_turn;
    arch_timer_start(tick);
}

bool turn_is_over(void)
{
    return turn >= quantum;
}

/* The next that can run, seen from the current one; itself last. */
static struct process *choose(void)
{
    unsigned from = current ? (unsigned)(current - processes) : 0;

    for (unsigned i = 1; i <= PROCESSES; i++) {
        struct process *p = &processes[(from + i) % PROCESSES];

        if (p->state == PROCESS_READY)
            return p;
    }
    return NULL;
}

void schedule(void)
{
    struct process *from = current, *to;
    struct arch_context *nobody;

    ASSERT(!arch_irq_enabled());
    while (!(to = choose()))
        arch_idle();
    turn = 0;
    to->state = PROCESS_RUNNING;
    if (to == from)
        return;
    counters.switches++;
    current = to;
    arch_space_use(to->space.tables);
    arch_switch(from ? &from->context : &nobody, to->context, to->stack);
}

void yield(void)
{
    uint32_t saved = arch_irq_save();

    current->state = PROCESS_READY;
    schedule();
    arch_irq_restore(saved);
}

void wait_for(const void *what)
{
    ASSERT(!arch_irq_enabled());
    current->waits_for = what;
    current->state = PROCESS_WAITING;
    schedule();
    current->waits_for = NULL;
}

bool wait_unless_killed(const void *what)
{
    if (!current->killed)
        wait_for(what);
    return !current->killed;
}

void wake(const void *what)
{
    uint32_t saved = arch_irq_save();

    for (struct process *p = processes; p < processes + PROCESSES; p++)
        if (p->state == PROCESS_WAITING && p->waits_for == what)
            p->state = PROCESS_READY;
    arch_irq_restore(saved);
}

void sleep_until(uint32_t tick_)
{
    uint32_t saved = arch_irq_save();

    while (ticks < tick_ && !current->killed) {
        current->wake_at = tick_;
        (void)wait_unless_killed(&current->wake_at);
    }
    current->wake_at = 0;
    arch_irq_restore(saved);
}

void lock_take(struct lock *l)
{
    uint32_t saved = arch_irq_save();

    while (l->held)
        wait_for(l);
    l->held = true;
    arch_irq_restore(saved);
}

void lock_give(struct lock *l)
{
    l->held = false;
    wake(l);
}
