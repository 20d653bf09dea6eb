/* SPDX-License-Identifier: MIT */
/*
 * A world switch: how the guest gets off the hardware and back onto it. The monitor's loop (monitor.c) is the same for all;
 * a technique names the world that it is made for.
 *
 *      ring1.c      the guest's kernel at ring 1, below segment limits: trap
 *      vtx_world.c  the guest in VMX non-root operation: vtx
 */
#ifndef VMM_WORLD_H
#define VMM_WORLD_H

#include <stdbool.h>

#include "vmm/vm.h"

struct cpu;
struct emulation;
struct event;
struct monitor;
struct trap;
struct vm;

struct world {
    /* Makes the tables of the guest. The frame of the page directory that the monitor is to have its part of; or NO_FRAME. */
    uint32_t (*tables)(struct monitor *n);
    /* The monitor stands; what the hardware needs besides. It is left as if the guest had just been left. -1: no memory. */
    int (*boot)(struct monitor *n);
    /* What reaches beyond the monitor's frames goes: traces. */
    void (*unboot)(struct monitor *n);
    /* Behind an escape: what the hardware held becomes what the guest believes. *t: why the monitor was entered. */
    void (*arrive)(struct vm *vm, struct trap *t);
    /* The same while the guest stands on the hardware, between two of its instructions. Costs nothing, changes nothing there. */
    void (*look)(struct monitor *n);
    /* The other way round; the stub does the rest. Only what representable() has let pass. */
    void (*depart)(struct vm *vm);
    /* Out again at once: the guest is to try once more what has brought the monitor here (VM_AGAIN). May be NULL. */
    void (*again)(struct vm *vm);
    /* What was derived from the guest's state and is untrue by now goes, before the hardware uses it again. */
    void (*refresh)(struct vm *vm);
    /* A page's translation in the hardware's TLB goes. */
    void (*forget_page)(struct monitor *n, gva_t gva);
    /* Something happened to the guest's TLB on the virtual CPU; it has executed an instruction; its registers were written. */
    void (*event)(struct monitor *n, const struct event *e);
    void (*emulated)(struct monitor *n, const struct emulation *before);
    void (*changed)(struct monitor *n);
    /* Takes the hardware from the guest, without a trace: back behind the escape. */
    void (*take_back)(struct monitor *n);
    /* Is it the guest that the hardware runs? */
    bool (*in_guest)(const struct cpu *p);
    enum why_not (*representable)(struct monitor *n);
    /* The same for those who only look. */
    enum why_not (*why_not)(const struct monitor *n);
    bool shadows_deadline; /* the guest's own STI and MOV SS hold the deadline's interrupt off */
};

extern const struct world world_ring1, world_vtx;

#endif
