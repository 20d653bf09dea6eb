/* SPDX-License-Identifier: MIT */
/*
 * All that a device model sees of the world, so that one model serves the machine, a virtual machine and, later, a
 * driver domain: the time, deadlines, its interrupt line, and the outside (bytes to a terminal, disks, the end of the run).
 */
#ifndef INTERP_DEV_HOST_H
#define INTERP_DEV_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk;
struct state;
struct timer;

enum { DISKS = 2 };

struct dev_host {
    void *ctx;
    uint64_t hz;                                           /* ticks in a second of guest time */
    uint64_t (*now)(void *ctx);                            /* the current tick, exact in mid-block */
    void (*add)(void *ctx, struct timer *t);               /* registers a timer, once */
    void (*at)(void *ctx, struct timer *t, uint64_t when); /* arms it; CLOCK_NEVER disarms */
    void (*irq)(void *irq_ctx, unsigned line, bool level); /* ISA interrupt lines 0 to 15, into the PICs */
    void *irq_ctx;
    void (*intr)(void *irq_ctx, bool level); /* the PICs' output, */
    void (*pin)(void *ctx, bool level);      /* which the local APIC lets through to the CPU's INTR pin */
    void (*nmi)(void *ctx);
    void (*reset)(void *ctx);                /* the reset line was pulsed */
    void (*a20)(void *ctx, bool open);       /* the gate of address line 20 */
    void (*serial)(void *ctx, uint8_t byte); /* a byte left the UART */
    void (*exit)(void *ctx, uint8_t code);   /* the guest wrote the debug-exit port */
    struct disk *disk[DISKS];                /* NULL: there is none */
};

/* Saves or restores when a timer fires; restoring arms it. */
void dev_timer_state(struct state *s, const struct dev_host *h, struct timer *t);

#endif
