/* SPDX-License-Identifier: MIT */
/*
 * One guest on one simulated machine, run by a technique. This is what faces (ui/, tests) see.
 *
 *      native:              guest = hardware
 *      emulate, trap, ...:  guest = the virtual hardware (a struct machine whose memory is the p2m),
 *                           hardware = the physical machine, on which the monitor has its top 64 MB
 *
 * Between calls of vm_run() the guest's canonical state is in vm_guest(), whatever the technique.
 */
#ifndef VMM_VM_H
#define VMM_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "interp/addr.h"
#include "interp/event.h"
#include "interp/machine.h"
#include "interp/paging.h"

struct symbols;
struct technique;
struct vm;

struct vm_config {
    const struct technique *technique;
    bool virtualizable; /* --cpu virtualizable */
    bool shadow;        /* --mmu shadow, also where nested paging could be had */
    uint64_t mem;       /* bytes of guest RAM, a multiple of PAGE_SIZE, 1 MiB to VM_MEM_MAX */
    unsigned tlb_sets, tlb_ways;
    const struct cost_preset *cost;
    bool clock_insns;
    struct disk *disk[DISKS]; /* of the guest; NULL: none; to outlive the VM */
};

/* The monitor's half of the address space begins at SEG_CUT; RAM and the monitor's reserve stay below it. */
#define VM_MEM_MIN (1ull << 20)
#define VM_MEM_MAX (3ull << 30)

/* How a run ended. OUTCOME_NONE: it has not. OUTCOME_BROKEN: a plug-in could not go on (vm_complaint()). */
enum outcome {
    OUTCOME_NONE,
    OUTCOME_OK,
    OUTCOME_FAILED,
    OUTCOME_TRIPLE_FAULT,
    OUTCOME_LIMIT,
    OUTCOME_HANG,
    OUTCOME_BROKEN,
    OUTCOME_RESET
};
const char *outcome_name(enum outcome o); /* "ok", "failed", "triple-fault", "limit", "hang", "broken", "reset" */

/* Why the monitor was entered: exit.def. */
enum exit_reason {
#define EXIT(name, doc) EXIT_##name,
#include "vmm/exit.def"
#undef EXIT
    EXIT_REASONS
};
extern const struct exit_info {
    const char *name, *doc;
} exit_info[EXIT_REASONS];

/* Why the hardware could not run the guest as it was, so that the monitor interprets: representable.def. */
enum why_not {
#define WHY(name, doc) WHY_##name,
#include "vmm/representable.def"
#undef WHY
    WHY_COUNT
};
extern const struct why_info {
    const char *name, *doc;
} why_info[WHY_COUNT];

/* The monitor's own state, for those who look. */
struct vm_monitor {
    hpa_t shadow_root;
    unsigned tables;        /* of the shadow, below its root */
    unsigned reserve, free; /* frames that are the monitor's to use; of these, not in use */
    unsigned exposed;       /* entries, of shadow and nested tables, by which what is not the guest's could be reached:
                               none, ever */
    unsigned watched;       /* pages whose stores it wants to know of */
    bool shadow_stale;      /* the guest has flushed: the shadow goes before the hardware runs it again */
    uint64_t interpreted;   /* guest instructions that the virtual CPU executed */
    enum why_not why;       /* vm_why_not() */
};

/* The first sensitive, unprivileged instruction whose result was not what the virtual CPU would have given. */
struct hole {
    bool bit;
    char mnemonic[24];
    gva_t address;
    char expected[96], got[96]; /* what differs: "eflags=00000202" */
};

/* What cycles went into; they add up to `cycles`. Counts of 64 bits and nothing else. */
struct vm_stats {
    uint64_t instructions, direct, interpreted;
    uint64_t cycles;
    struct {
        uint64_t guest, tc, walk, switching, monitor, device, idle;
    } by;
    uint64_t traps[256];    /* events the physical CPU delivered, by vector */
    uint64_t injected[256]; /* events the monitor delivered to the guest */
    uint64_t exits[EXIT_REASONS];
    uint64_t vm_exits[VMX_REASONS];             /* VM exits, by the SDM's numbers */
    uint64_t beyond;                            /* accesses of the guest's to the monitor's part of the address space */
    uint64_t tlb_hits, tlb_misses, tlb_flushes; /* of the physical CPU; in emulate, of the software CPU */
    uint64_t swaps;                             /* vm_swap() */
};

/* NULL: `error` says why. */
struct vm *vm_create(const struct vm_config *k, char *error, size_t room);
void vm_destroy(struct vm *v);

struct machine *vm_guest(struct vm *v);    /* the guest's own machine: canonical state, devices, memory by gpa */
struct machine *vm_hardware(struct vm *v); /* the physical machine; the same one in native */
const struct technique *vm_technique(const struct vm *v);
/* enum mmu of technique.h, or 0. */
unsigned vm_mmu(const struct vm *v);

/*
 * The guest goes on under another technique, from the instruction at which it stands. vm_guest() stays the same machine:
 * devices, clock, disks, observers, probes and all that has its address notice nothing. With --clock insns it takes no
 * tick. To be called between runs. 0, or -1 with a line in `error` and nothing changed.
 */
int vm_swap(struct vm *v, const struct technique *to, char *error, size_t room);

/* Where the guest's clock stands. */
uint64_t vm_tick(const struct vm *v);
/* Runs until tick `until` of the guest's clock, or to an end. Any number of calls gives the same result as one. */
enum outcome vm_run(struct vm *v, uint64_t until);
/*
 * The same, but it comes back (OUTCOME_NONE) after about that many ticks as well. An end at a tick is an event of the
 * guest's time, for which a monitor has to be entered; the end of a slice leaves no trace in counts or time.
 */
enum outcome vm_run_slice(struct vm *v, uint64_t until, uint64_t ticks);
/* One guest instruction (or one event's delivery), with all the monitor's work that it entails. */
enum outcome vm_step(struct vm *v);
/* From a callback: vm_run() comes back at the next boundary with OUTCOME_NONE. */
void vm_interrupt(struct vm *v);

/* What a technique that could not go on has said; empty: nothing. */
const char *vm_complaint(const struct vm *v);

/*
 * Breakpoints and watchpoints, by linear address. With OUTCOME_NONE vm_run() comes back before the instruction at a
 * breakpoint, when nothing else comes before it (an interrupt, a fault of its fetch), and goes on past it when called
 * again; of a REP, before the first iteration. An instruction that is tried again, because it faulted, does not stop
 * again. It comes back after the instruction, or the delivery of an event, that accessed watched bytes; one that faulted
 * has not. vm_step() stops at no breakpoint, and tells of watched bytes that its one instruction accessed.
 *
 * All techniques stop alike. Not seen: what the monitor does, page walks, devices, and descriptors that the hardware
 * loads from the monitor's own copy of the guest's table. Breakpoints change no count and no state, and are not saved.
 */
enum vm_stopped { VM_STOPPED_NOT, VM_STOPPED_ASKED, VM_STOPPED_BREAK, VM_STOPPED_WATCH };
struct vm_stop {
    enum vm_stopped why; /* of the last vm_run() or vm_step() that returned OUTCOME_NONE; else VM_STOPPED_NOT */
    gva_t point;         /* the breakpoint or watchpoint, as it was set */
    gva_t at;            /* the instruction; for watchpoints the access, */
    uint32_t size;       /* its bytes, */
    bool write;          /* and what it was */
};
const struct vm_stop *vm_stopped(const struct vm *v);

/* -1: there are 256 already, or the size is 0. Setting a breakpoint twice is setting it once. */
int vm_break(struct vm *v, gva_t at);
void vm_unbreak(struct vm *v, gva_t at);
int vm_watch(struct vm *v, gva_t at, uint32_t size, bool reads, bool writes);
void vm_unwatch(struct vm *v, gva_t at, uint32_t size);
/* To be called after registers of vm_guest() were written from outside: the hardware is to take them from there. */
void vm_changed(struct vm *v);

void vm_get_stats(const struct vm *v, struct vm_stats *s);
/* Why the monitor has to interpret the guest as it now is; WHY_nothing: the hardware can run it, or there is no monitor. */
enum why_not vm_why_not(const struct vm *v);
/* False: the technique has no monitor. */
bool vm_get_monitor(const struct vm *v, struct vm_monitor *m);
/* The guest's VMCS: what stands in it now, what the last exit left there, and the entry that this exit ended. */
struct vm_vmcs {
    uint64_t address;
    uint64_t now[VMCS_FIELDS], entry[VMCS_FIELDS], exit[VMCS_FIELDS];
    uint64_t entries;
    bool in_guest; /* the guest is on the hardware: its state is in the processor's registers, and not here */
    bool exited;   /* there was an exit; else `entry` and `exit` say nothing */
};
/* False: the technique has none. */
bool vm_get_vmcs(const struct vm *v, struct vm_vmcs *x);
const struct hole *vm_hole(const struct vm *v);
/* The vector's name: "#PF", "int 0x20". */
const char *vector_name(unsigned vector, char room[16]);

/* Observers; either may be NULL. Events of both machines come here, told apart by `physical`. */
void vm_observe(struct vm *v, void (*observe)(void *ctx, bool physical, const struct event *e), void *ctx);
/* Only these kinds, a bit each (1u << EVENT_trap): the others cost what they cost when nobody looks. */
void vm_observe_only(struct vm *v, uint32_t kinds);
/* Bytes that leave the guest's COM1. */
void vm_serial(struct vm *v, void (*serial)(void *ctx, uint8_t byte), void *ctx);

/* Where a guest page lies in the machine: the p2m (native: the identity). False: not RAM. */
bool vm_p2m(const struct vm *v, gpa_t gpa, hpa_t *hpa);
/*
 * How the physical CPU walks for the guest while that runs, also when it is the monitor that runs now. `ept` has room for
 * WALK_LEVELS + 1 walks.
 */
struct walk_context vm_walk_context(const struct vm *v, struct ept_walk *ept);
/* The root of the tables that the physical CPU walks for the guest (its CR3 while the guest runs). */
uint32_t vm_hardware_cr3(const struct vm *v);

#endif
