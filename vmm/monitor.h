/* SPDX-License-Identifier: MIT */
/*
 * The monitor on its machine: its bytes in the top 64 MB, the way in (stub, escape), the world switch, and the calls that
 * techniques are written in.
 *
 *      linear 0xfc000000  stubs, one a vector ─┐ push vector; jmp ─> escape ─> C ─> add esp, 8 ─> iret
 *             0xfc002000  IDT: every gate ─────┘
 *             0xfc003000  GDT (gdt.h)
 *             0xfc004000  TSS
 *             0xfc005000  stack, one page: what the hardware pushes, and what IRET pops
 */
#ifndef VMM_MONITOR_H
#define VMM_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/machine.h"
#include "shadowpt/frames.h"
#include "shadowpt/shadow.h"
#include "vmm/gdt.h"
#include "vmm/technique.h"
#include "vmm/vm.h"
#include "vmm/vtx.h"

struct insn;
struct world;

/* Vector of the deadline timer on the physical CPU. */
enum { DEADLINE_VECTOR = 0xef };

/* Bytes of one frame that are watched: a piece of the guest's GDT. */
struct watched {
    uint32_t frame, first, last;
};

enum { WATCHED_MAX = 65536 / 4096 + 1 }; /* pages a GDT can lie in */

struct monitor {
    struct machine *hw, *guest;
    struct frames frames;
    struct shadow shadow;
    uint32_t root;  /* frame of the page directory while the monitor runs */
    struct vtx vtx; /* in that world */
    struct shadow_gdt gdt;
    struct watched watched[WATCHED_MAX];
    unsigned watches;
    uint32_t stack_frame; /* frame of the stack page */
    bool virtualizable;
    uint16_t out_sel[SEGS]; /* the selectors that the hardware was given for the guest's */

    /* Time: what the physical CPU's counters were when the guest's clock was last brought up to date. */
    uint64_t seen_cycles, seen_insns;
    unsigned stub_insns;  /* of those that follow, instructions that are the stub's and not the guest's */
    uint64_t stub_cycles; /* cycles that stubs' instructions took, in all */
    uint64_t interpreted; /* guest instructions that the virtual CPU executed */
    uint64_t exits[EXIT_REASONS];
    uint64_t beyond;   /* accesses to the monitor's part of the address space, ended by a segment's limit */
    bool limit_fault;  /* that may be why the monitor was entered: it is, if the virtual CPU finds no fault */
    bool begun;        /* the guest was left within an instruction, whose shadow nothing tells of */
    bool stop;         /* vm_interrupt() */
    bool on_hardware;  /* the guest is the hardware's to run on: at its stub's IRET, or beyond it */
    bool live;         /* beyond it: vm_step() left the guest's state in the hardware's registers */
    bool single;       /* vm_step(): come back after one instruction */
    bool waiting;      /* the virtual CPU is halted, and that it is has been told */
    uint64_t slice;    /* tick of the guest's clock at which the run comes back, without a trace */
    bool shadow_stale; /* the guest flushed: drop the shadow before it runs */
    bool gdt_stale;
    struct hole hole;
};

/* What lies on the monitor's stack at the escape: pushed by the stub, and by the CPU (SDM Vol. 3, figure 6-4). */
struct trap_frame {
    uint32_t vector, error, eip, cs, eflags, esp, ss;
};

/* boot.c */
/* Offsets of code from SEG_CUT. */
enum {
    STUB_COMMON = 0x1000,                /* where stubs jump to: escape; add esp, 8; iret */
    STUB_AFTER_ESCAPE = STUB_COMMON + 2, /* where the CPU goes on behind the escape */
    VTX_STUB = 0x1010,                   /* where VM exits lead to: escape; vmresume */
    VTX_RESUME = VTX_STUB + 2,
    VTX_LAUNCH = VTX_STUB + 7 /* the first time: vmlaunch */
};
enum { VTX_STUB_IN = 1, VTX_STUB_OUT = 1 }; /* its instructions on the way in and out */
enum {
    STUB_IN_ERROR = 3, /* instructions of a stub: push vector, jmp, escape; */
    STUB_IN = 4,       /* where the CPU pushes no error code, push 0 before them */
    STUB_OUT = 2       /* add esp, 8; iret */
};
/*
 * The monitor's pages, in a page directory of the world's; the physical CPU stands behind an escape, as if the guest had just
 * been left. -1: no memory.
 */
int monitor_boot(struct monitor *n, const struct world *w);
/* The hardware's registers, but for general ones, as they are while the monitor runs. */
void monitor_host_state(struct monitor *n);
/* The hardware stands at ring 0 at an offset from SEG_CUT, behind an escape. */
void monitor_behind_escape(struct monitor *n, uint32_t offset);

/* monitor.c */
/* technique.attach and .detach of those that stand on shadow tables. */
int monitor_attach(struct vm *vm);
void monitor_detach(struct vm *vm);
/* Lets the physical machine run until technique->run says stop, or for `ticks`. */
void monitor_run(struct vm *vm, uint64_t until, uint64_t ticks);
/* The escape's C: machine.escape of the physical machine. `owner` is the struct vm. */
void monitor_escape(void *owner);
/* Comes back soon; may be called from a callback or a signal's follow-up. */
void monitor_interrupt(struct monitor *n);
/* The kinds of event of the guest's machine that concern its shadows (world.event). */
enum { MONITOR_LISTENS = 1 << EVENT_tlb_flush | 1 << EVENT_tlb_invlpg };
/* The guest's registers were written from outside. */
void monitor_changed(struct vm *vm);

/* What the virtual CPU's clock, tables and accounts were before it was set to work (mon_emulation_begin()). */
struct emulation {
    struct dtr gdtr;
    uint32_t eip, cr0;
    uint64_t insns, cycles, device, idle, delivered;
};

/* One guest instruction, or one event. */
void monitor_step(struct vm *vm);

/* ring1.c: bytes of a watched frame were written. */
void monitor_traced(struct monitor *n, uint32_t frame, uint32_t offset, uint32_t size);
/* swap.c: technique.attach of native: every page goes to the frame of its own number. -1: no memory. */
int mon_bring_home(struct vm *vm);

/* world.c */
/* From now on time counts. */
void world_start_clock(struct monitor *n);
/* Time that has passed on the hardware since the last look, less the stub's instructions, is the guest's. */
void world_sync_clock(struct monitor *n);
void world_in(struct monitor *n, const struct trap_frame *f);
/* The same while the guest stands on the hardware, between two of its instructions. */
void world_in_live(struct monitor *n);
void world_out(struct monitor *n);
enum why_not representable(struct monitor *n);
/* The same for those who only look: it makes no descriptors. */
enum why_not world_why_not(const struct monitor *n);

/* holes.c: an armed hole stands at the guest's EIP on the hardware. */
void hole_check(struct vm *vm);

/* exits.c: the instruction at the guest's EIP; false: there is none that can be decoded. */
bool exit_decode(struct machine *guest, struct insn *i);
/* Which exit.def reason is it, by that instruction? */
enum exit_reason exit_classify(struct machine *guest, const struct trap *t);

/* -- the calls of a technique -- */
struct machine *mon_guest(struct vm *vm);
/* Is the run over, the tick reached, or a stop asked for? */
bool mon_done(struct vm *vm, uint64_t until);
/* Anything that the virtual CPU must see to itself: an interrupt, HLT, a state that hardware cannot hold. */
bool mon_must_interpret(struct vm *vm);
/* The same, for those who know how to hand interrupts to the hardware. */
bool mon_cannot_resume(struct vm *vm);
/* Tries to answer a page fault from the shadow. */
enum shadow_fault mon_page_fault(struct vm *vm, const struct trap *t);
/* The same, counted: once more where the shadow has answered, interpret where the access is the virtual CPU's to make. */
enum vm_next mon_answer_page_fault(struct vm *vm, const struct trap *t);
/* Any trap of a guest at ring 1 or 3, counted: page faults as above, the deadline; the virtual CPU sees to the others. */
enum vm_next mon_answer_trap(struct vm *vm, const struct trap *t);
void mon_count_exit(struct vm *vm, enum exit_reason r, const struct trap *t);
/*
 * Work on the virtual CPU stands between these two: its time becomes the monitor's on the hardware, its flushes drop
 * shadows, and observers hear of it.
 */
void mon_emulation_begin(struct vm *vm, struct emulation *e);
void mon_emulation_end(struct vm *vm, const struct emulation *e);
/* The virtual CPU is halted: time passes to the next event of its clock. No interrupt is taken. */
void mon_wait(struct vm *vm);
/* The technique cannot go on: the run ends with OUTCOME_BROKEN and this text. The first one is kept. */
void mon_complain(struct vm *vm, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
