/* SPDX-License-Identifier: MIT */
/*
 * The debugger, without a face: one guest, what it is asked to do, and what there is to see of it. The shell and the
 * screen are two faces of it, and both drive it in the same way, so that both see the same run:
 *
 *      debug_start(d, &goal)            "go on until ..."
 *      while (debug_advance(d, ns))     a slice of the run, short enough for a face to look at its keys
 *      debug_report(d)                  why it stands
 *
 * Looking takes a `const struct debugger *` and disturbs nothing: neither the guest's state nor TLB, counts or time.
 */
#ifndef UI_DEBUG_DEBUGGER_H
#define UI_DEBUG_DEBUGGER_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/addr.h"
#include "ui/console.h"
#include "ui/debug/predict.h"
#include "ui/debug/recorder.h"
#include "ui/debug/stops.h"
#include "ui/debug/timeline.h"
#include "ui/keys.h"
#include "ui/options.h"
#include "ui/session.h"
#include "ui/finding.h"
#include "vmm/vm.h"

/* What a run is for. */
enum goal_kind {
    GOAL_NONE,
    GOAL_STEP,   /* `count` instructions */
    GOAL_NEXT,   /* the same, but a CALL, an INT n or a REP counts as one */
    GOAL_RUN,    /* to the next stop */
    GOAL_UNTIL,  /* to address `at` (or a stop) */
    GOAL_FINISH, /* until the current function has returned */
    GOAL_TICK    /* until tick `count` of the guest's clock */
};

struct goal {
    enum goal_kind kind;
    uint64_t count;
    gva_t at;
};

/* Why the guest stands. */
enum stand {
    STAND_START, /* it has not run yet */
    STAND_DONE,  /* the goal is reached */
    STAND_STOP,  /* at a stop point: report.point */
    STAND_ASKED, /* Ctrl-C */
    STAND_ENDED  /* the guest's run is over: report.outcome */
};

struct report_of_run {
    enum stand stand;
    enum outcome outcome;
    struct goal goal;              /* what it was for */
    unsigned point;                /* number of the stop point, */
    struct stop_point stop;        /* and what it was: a temporary one is gone (condition: NULL) */
    char complaint[160];           /* why its condition could not be evaluated; empty: it could */
    uint8_t old[8];                /* watchpoint: the bytes before the change, stop.was those after it */
    gva_t touched;                 /* watchpoint: the access */
    bool write;                    /* and its kind */
    uint64_t first, last;          /* numbers of the recorded events [first, last) of this run */
    uint64_t instructions, cycles; /* that it took */
};

/* The registers that screens compare, of one CPU. */
struct registers {
    uint32_t r[8], eip, eflags;
    uint32_t cr0, cr2, cr3, cr4;
    uint32_t dr[8];  /* 4 and 5 are none */
    uint16_t sel[8]; /* ES CS SS DS FS GS LDTR TR */
    uint8_t cpl;
    uint32_t gdt_base, idt_base;
    uint16_t gdt_limit, idt_limit;
};

/* Both CPUs at one moment: what the guest believes, what the hardware holds. In native the two are one. */
struct registers_of_both {
    struct registers guest, hardware;
};

/* Which walk is shown, and how far its micro-steps have come. */
struct walk_focus {
    bool set; /* else: the next instruction's own address */
    gva_t at;
    bool write, user;
    unsigned shown; /* micro-steps shown, from 1; all: WALK_ALL */
};
#define WALK_ALL UINT32_MAX

enum { DISPLAYS_MAX = 16 };

struct debugger {
    struct options o;
    struct session s;
    struct console console; /* COM1 */
    struct keys keys;
    struct recorder *events;
    struct timeline *time;
    struct stops stops;
    struct predict predict;
    struct finding finding; /* of the last `equiv`, for the scoreboard */

    struct goal goal;                     /* GOAL_NONE: it stands */
    struct report_of_run report;          /* of the last run, or of the one in progress */
    struct registers_of_both before, now; /* at the last stop but one, and at the last one */
    bool interrupt;                       /* debug_interrupt() */
    bool typed_input; /* keys may come from a person at any time: a guest that waits for them does not hang */

    gva_t memory;    /* what the memory pane shows */
    bool memory_set; /* else: the stack */
    struct walk_focus walk;
    unsigned frame; /* selected by up and down: 0 is where the guest stands */
    gva_t code;     /* what the code pane shows, */
    bool code_set;  /* if the user asked for a place */

    const struct lesson_play *lesson; /* that is being played (ui/lesson/), or NULL */

    /* Of the goal in progress (goal.c). */
    struct {
        uint64_t left;          /* instructions to go */
        int64_t depth;          /* frames below the one that FINISH leaves; below 0: it is left */
        uint32_t esp;           /* of the frame in which a call is stepped over */
        gva_t back;             /* where the goal's own breakpoint stands, */
        bool armed;             /* if it has one */
        bool over;              /* a call is being stepped over */
        bool reached;           /* that breakpoint was reached */
        unsigned event_point;   /* a stop point that an event has hit, or 0 */
        uint64_t slice;         /* ticks that fill about a slice of time */
        uint64_t insns, cycles; /* counts when the run began */
    } run;
};

/* Opens options.word (or --load). 0, or an exit status after one line on standard error. The debugger owns everything. */
int debug_open(struct debugger *d, const struct options *o);
void debug_close(struct debugger *d);

struct vm *debug_vm(const struct debugger *d);
/*
 * The machine whose CPU fetches the guest's instructions: the run takes its time on it, and its TLB is the one that counts.
 * The physical one, but in emulate, where the hardware does nothing, the virtual one.
 */
struct machine *debug_runner(const struct debugger *d);
/* Of the runner, since the machine was made. */
uint64_t debug_cycles(const struct debugger *d);
/* The timeline is brought up to now. */
void debug_sync_time(struct debugger *d);

/* Begins a run. The guest must stand; -1: its run is over (debug_restart() begins anew). */
int debug_start(struct debugger *d, const struct goal *g);
/* Runs for about `ns` nanoseconds of host time. True: the goal is not reached yet. */
bool debug_advance(struct debugger *d, uint64_t ns);
/* From a signal's follow-up or a key: the run ends at the next boundary. */
void debug_interrupt(struct debugger *d);
static inline bool debug_running(const struct debugger *d)
{
    return d->goal.kind != GOAL_NONE;
}
static inline bool debug_ended(const struct debugger *d)
{
    return d->report.stand == STAND_ENDED;
}

/* The same guest from its first instruction on; stop points stay. 0, or -1 after one line on standard error. */
int debug_restart(struct debugger *d);
/* Goes on under another technique, by way of the canonical state; "next": that behind the current one. 0, or -1 with a line in `error`. */
int debug_technique(struct debugger *d, const char *name, char *error, size_t room);
/* A technique by name or file. 0, or -1 with a line in `error`. */
int debug_find_technique(const char *name, const struct technique **t, char *error, size_t room);
/* Presses a key (names as QEMU's sendkey). 0; -1: no such key; 1: lost. */
int debug_key(struct debugger *d, const char *name);

void debug_take_registers(const struct debugger *d, struct registers_of_both *r);
/* Guest memory by the guest's own tables. 0, or -1 where it is not mapped. */
int debug_peek(const struct debugger *d, gva_t at, void *to, unsigned n);

/* The chain of frames by EBP, innermost first: where each goes on. Returns how many. */
enum { FRAMES_MAX = 64 };
struct frame {
    gva_t eip;
    uint32_t ebp;
};
unsigned debug_frames(const struct debugger *d, struct frame frame[FRAMES_MAX]);

#endif
