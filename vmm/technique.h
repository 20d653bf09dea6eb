/* SPDX-License-Identifier: MIT */
/*
 * The seam at which ways to virtualize plug in: a technique is one file that fills one struct. It sees a VM as an opaque
 * pointer and does its work through the mon_*() calls of monitor.h.
 */
#ifndef VMM_TECHNIQUE_H
#define VMM_TECHNIQUE_H

#include <stdbool.h>
#include <stdint.h>

struct vm;
struct vmx_exit;
struct world;

/* What to do next with the guest. */
enum vm_next {
    VM_RESUME,    /* let the hardware run it */
    VM_AGAIN,     /* on_trap only: at once, to try again; nothing else has changed */
    VM_INTERPRET, /* the virtual CPU executes one instruction */
    VM_EMULATED,  /* the technique itself has executed one on the virtual CPU, or delivered an event */
    VM_STOP       /* leave vm_run() */
};

/* Why the monitor was entered: what the hardware's trap frame says. */
struct trap {
    unsigned vector; /* NO_VECTOR: a VM exit that no event brought */
    uint32_t error;
    uint32_t eip;                /* of the guest */
    uint32_t cr2;                /* #PF: the linear address */
    uint32_t cs, eflags;         /* as the hardware held them: ring 1 or 3, IF set */
    const struct vmx_exit *exit; /* of a VM exit: what it says; NULL: it was none */
};

enum { NO_VECTOR = 256 };

enum mmu { MMU_SHADOW = 1, MMU_NESTED = 2 };

struct technique {
    const char *name, *doc;
    bool on_hardware;          /* native: the guest's machine is the hardware */
    bool needs_monitor;        /* the monitor's tables stand in the top 64 MB */
    bool needs_virtualizable;  /* on --cpu x86 its holes bite: an unmodified guest goes wrong */
    unsigned mmu;              /* enum mmu, a bit for each that it can do; the highest one unless told otherwise */
    const struct world *world; /* with a monitor: how the guest comes and goes */
    /* From canonical state, between two instructions: set up rings, tables, traps. -1: no memory. NULL: nothing to do. */
    int (*attach)(struct vm *vm);
    void (*detach)(struct vm *vm);                                   /* back to it */
    enum vm_next (*on_trap)(struct vm *vm, const struct trap *trap); /* the monitor was entered */
    enum vm_next (*run)(struct vm *vm, uint64_t until);              /* what now: hardware, interpreter, or stop */
};

/* The Makefile names those whose source is here: a lab's handout lacks the one that students write. */
#ifndef TECHNIQUES_BUILT
#define TECHNIQUES_BUILT TECHNIQUE(native) TECHNIQUE(emulate) TECHNIQUE(trap)
#endif
#define TECHNIQUE(name) extern const struct technique technique_##name;
TECHNIQUES_BUILT
#undef TECHNIQUE
/* All that are built, ended by NULL. */
extern const struct technique *const techniques[];
const struct technique *technique_find(const char *name);
/* Its place in that list; that of the NULL when it is a plug-in. And the name of a place. */
unsigned technique_number(const struct technique *t);
const char *technique_name(uint64_t number);

#endif
