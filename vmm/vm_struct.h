/* SPDX-License-Identifier: MIT */
/* The inside of struct vm: for vmm/ only, and not for techniques. */
#ifndef VMM_VM_STRUCT_H
#define VMM_VM_STRUCT_H

#include "interp/probe.h"
#include "vmm/monitor.h"
#include "vmm/technique.h"
#include "vmm/vm.h"

struct vm {
    const struct technique *technique;
    struct ram *ram;
    struct machine *guest; /* the guest's own, the same for ever: canonical state, devices, clock */
    struct machine *hw;    /* the physical machine: in native the guest's own, else `under` */
    struct machine *under; /* below a monitor; NULL until a technique wants it */
    struct monitor mon;    /* where the technique needs one */
    const struct cost_preset *cost;
    /* What techniques before this one have counted; and what this one's counters were when it took over. */
    struct vm_stats past, base;
    uint64_t brought;     /* pages copied when it did (mon_bring_home()) */
    uint64_t until;       /* of the vm_run() in progress */
    char complaint[200];  /* mon_complain(); empty: none */
    struct probes probes; /* of both machines */
    struct vm_stop stop;  /* of the last vm_run() or vm_step() */
    struct {
        void (*observe)(void *ctx, bool physical, const struct event *e);
        void *observe_ctx;
        uint32_t kinds; /* of event that it wants, a bit each */
        void (*serial)(void *ctx, uint8_t byte);
        void *serial_ctx;
    } out;
};

/* Raises an event of the monitor's own (exit, emulate, ...), seen as the physical machine's. */
void vm_event(struct vm *v, enum event_kind kind, const uint64_t *field, unsigned fields);
#define VM_OBSERVE(v_, kind_, ...)                                                                                     \
    do {                                                                                                               \
        if ((v_)->out.kinds & 1u << EVENT_##kind_)                                                                     \
            vm_event((v_), EVENT_##kind_, (const uint64_t[]){__VA_ARGS__},                                             \
                     sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t));                                      \
    } while (0)

/* Observers hear of both machines, and the monitor of what concerns its shadows, as the technique has it. */
void vm_listen(struct vm *v);

/* swap.c: the guest's canonical state is taken over by `t`; no technique has it. 0, or -1 with a line in `error`. */
int vm_enter(struct vm *v, const struct technique *t, char *error, size_t room);

/* stats.c: the counters as they stand, whoever they were counted for. */
void vm_counters(const struct vm *v, struct vm_stats *s);
void vm_stats_add(struct vm_stats *to, const struct vm_stats *more);
void vm_stats_subtract(struct vm_stats *from, const struct vm_stats *less);

/* vm_probe.c: around vm_run() and vm_step(). */
void vm_probe_begin(struct vm *v);
void vm_probe_end(struct vm *v, enum outcome o, bool step);

#endif
