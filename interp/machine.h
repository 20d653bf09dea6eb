/* SPDX-License-Identifier: MIT */
/*
 * The machine: a processor, its view of memory, a clock, a bus and a PC's devices. The same struct is the hardware that
 * everything runs on and, in a VM, the canonical state of the virtual hardware (DESIGN: "one canonical guest state").
 *
 *      cpu ──lin──> TLB, page tables ──pa──> map[pa >> 12] ──frame──> ram
 *       └──ports──> bus ──> pc (pic pit uart kbd vga ...) ──> clock
 *
 * Ownership: the machine owns everything but `ram`, which several machines may share.
 * Errors: functions return 0 or -1; guest faults never leave machine_run().
 */
#ifndef INTERP_MACHINE_H
#define INTERP_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/bus.h"
#include "interp/clock.h"
#include "interp/cost.h"
#include "interp/cpu.h"
#include "interp/event.h"
#include "interp/pc.h"
#include "interp/ram.h"
#include "interp/vmx_event.h"

struct probes;

struct machine_config {
    struct ram *ram;             /* shared */
    uint64_t mem;                /* bytes of RAM at physical address 0; a multiple of PAGE_SIZE */
    unsigned tlb_sets, tlb_ways; /* powers of two */
    const struct cost_preset *cost;
    struct disk *disk[DISKS]; /* NULL: none; the owner's, and to outlive the machine */
    bool clock_insns;         /* --clock insns: a tick is a retired instruction, else a cycle */
    uint64_t pages;           /* of the physical address space, all open bus at first; 0: mem's, mapped one to one */
    bool interpreted;         /* a monitor's software CPU: each instruction costs cost.interpret */
    bool slow_access;         /* no access goes the fast way, so that a monitor sees each */
};

/* Why machine_run() came back. */
enum stop {
    STOP_LIMIT,    /* the tick asked for is reached */
    STOP_EXIT,     /* the guest wrote the debug-exit port, or had itself reset */
    STOP_SHUTDOWN, /* triple fault */
    STOP_HANG,     /* machine_hangs() */
    STOP_HOLE,     /* an armed instruction of the hole class is next (not executed) */
    STOP_STEP,     /* one step was asked for and done */
    STOP_ASKED,    /* machine_stop() was called */
    STOP_PROBE     /* probes->hit: before an instruction, or after an access; comes again until that is cleared */
};

struct machine {
    struct cpu cpu;
    struct ram *ram;
    uint32_t *map;  /* physical page -> frame, or NO_FRAME (open bus) */
    uint32_t pages; /* entries of map: physical addresses past it are open bus */
    uint64_t mem;
    struct clock clock;
    struct bus bus;
    struct pc pc;
    struct cost cost; /* as configured; interpreted machines see every instruction at cost.interpret */
    struct disk *disk[DISKS];
    bool clock_insns, interpreted;
    bool slow_access;      /* no lookaside lines are filled: every access is seen (a monitor's software CPU) */
    uint64_t hz;           /* ticks a second of guest time */
    uint64_t idle_ticks;   /* of the clock that passed in HLT: with --clock insns, ticks that are no instructions */
    uint64_t deliveries;   /* sum of taken[] */
    uint64_t fruitless;    /* deliveries in a row with no instruction between them, */
    uint64_t fruitless_at; /* and how many had retired by then */
    uint8_t last_vector;   /* of the latest delivery */
    uint64_t taken[256];   /* events delivered through the IDT, by vector */
    uint64_t by[ACCOUNTS]; /* cycles booked so far; instructions are the rest */

    /* The machine's owner: all may be NULL. */
    void *owner;
    void (*escape)(void *owner); /* the escape instruction (0F 04) at CPL 0; NULL: #UD */
    void (*observe)(void *owner, const struct event *e);
    uint32_t observed;                         /* kinds of event that `observe` is called for, a bit each */
    void (*serial)(void *owner, uint8_t byte); /* COM1 */
    struct probes *probes;                     /* machine_probe() */
    bool monitored;                            /* ring 0 belongs to a monitor, whom probes do not look at */

    struct timer deadline; /* machine_deadline() */
    bool deadline_due;
    uint8_t deadline_vector;

    bool awaits_input; /* keys or bytes will still come from outside: HLT with IF set is no hang */
    bool exited;       /* the debug-exit port was written, */
    uint8_t exit_code;
    bool was_reset; /* or the reset line was pulsed (exited is set too): there is no firmware to go on with */
    uint64_t a20;   /* what the gate of address line 20 lets through of a physical page number */
    bool stop;      /* machine_stop() */
};

/* NULL when out of memory. Memory map: RAM with the PC's hole (docs/ARCHITECTURE.md, "Memory map"). */
struct machine *machine_create(const struct machine_config *k);
void machine_destroy(struct machine *m);

/* Restores power-on state: CPU as Multiboot hands it over, devices, clock at 0. RAM is left alone. */
void machine_reset(struct machine *m);

/* Runs until tick `until` of the machine's clock, or an earlier reason. Any number of calls gives the same result as one. */
enum stop machine_run(struct machine *m, uint64_t until);
/* One instruction, one REP iteration, or the delivery of one event; a halted CPU waits for it until tick `until`. */
enum stop machine_step(struct machine *m, uint64_t until);
/*
 * A one-shot timer of the processor's own, as the local APIC's in TSC-deadline mode (SDM Vol. 3, 11.5.4.1): at `tick` the
 * vector is raised, and taken when IF allows. No guest can reach it. CLOCK_NEVER disarms.
 */
void machine_deadline(struct machine *m, uint64_t tick, uint8_t vector);
/* An external interrupt that somebody else has acknowledged already: it is taken when IF allows. */
void machine_interrupt(struct machine *m, uint8_t vector);
/* Does a probe stand before what comes next? Timers that are due have fired; nothing else has changed. */
bool machine_probe_ahead(struct machine *m);
/* Nothing will come of it: halted, and nothing can wake it; or each fault's handler begins with the next fault. */
bool machine_hangs(const struct machine *m);
/* To be called from callbacks: machine_run() returns at the next instruction boundary. */
void machine_stop(struct machine *m);
/* Values of machine.a20. */
#define A20_OPEN UINT64_MAX
#define A20_CLOSED (~(1ull << (20 - 12)))
/* Opens or closes the A20 gate: what was remembered of memory goes. */
void machine_a20(struct machine *m, bool open);

/* The vector of the interrupt that waits, which is taken by that (SDM Vol. 3, 6.3.1). */
unsigned machine_acknowledge(struct machine *m);

/* Is there an interrupt, and may the program that runs take it? */
static inline bool machine_takes(const struct machine *m)
{
    const struct cpu *c = &m->cpu;

    if (c->shadow)
        return false;
    return (c->nmi && !c->nmi_blocked) || ((c->intr || m->deadline_due) && (c->eflags & FL_IF));
}

/* The same; in non-root operation: does anything go before the next instruction? */
static inline bool machine_interruptible(const struct machine *m)
{
    return (m->cpu.vmx.non_root && vmx_wakes(&m->cpu)) || machine_takes(m);
}

/*
 * Must the run loop have a look before the next instruction, apart from deadlines? Asked after each instruction that may
 * have brought that about: those that write EFLAGS, load segments, change privilege.
 */
static inline bool machine_looks(const struct machine *m)
{
    const struct cpu *c = &m->cpu;

    return c->stepping || c->shadow || (c->eflags & FL_TF) || c->activity != ACTIVE ||
           (c->vmx.non_root && vmx_looks(c)) || machine_takes(m);
}

/* What the escape instruction does: calls the owner. */
void machine_escape(struct machine *m);

/* The current tick; exact also within callbacks of a running instruction. */
uint64_t machine_now(const struct machine *m);

/* Bytes at physical addresses, as DMA moves them (code and traces notice). -1: not all of it is RAM; nothing was done. */
int machine_read(const struct machine *m, uint64_t pa, void *to, size_t n);
int machine_write(struct machine *m, uint64_t pa, const void *from, size_t n);

/* The PC's hole below 1 MiB: pages where no RAM answers (the VGA text memory in it does). */
bool machine_in_hole(uint64_t page);

/* The frame behind a physical page, or NO_FRAME. The A20 gate stands before all memory. */
static inline uint32_t machine_frame(const struct machine *m, uint64_t pa)
{
    uint64_t page = pa >> 12 & m->a20;

    return page < m->pages ? m->map[page] : NO_FRAME;
}

/* Raises an event. Use through OBSERVE, which costs one test when nobody looks. */
void machine_event(struct machine *m, enum event_kind kind, const uint64_t *field, unsigned fields);
#define OBSERVE(m_, kind_, ...)                                                                                        \
    do {                                                                                                               \
        if ((m_)->observed & 1u << EVENT_##kind_)                                                                      \
            machine_event((m_), EVENT_##kind_, (const uint64_t[]){__VA_ARGS__},                                        \
                          sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t));                                 \
    } while (0)

#endif
