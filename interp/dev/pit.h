/* SPDX-License-Identifier: MIT */
/*
 * The 8254 programmable interval timer (Intel 8254 data sheet, order 231164) as a PC/AT wires it: counter 0's OUT is
 * IRQ 0, counter 1 refreshed memory once, counter 2 is gated by and read through port 61h (the speaker's).
 */
#ifndef INTERP_DEV_PIT_H
#define INTERP_DEV_PIT_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/clock.h"
#include "interp/dev/counter.h"

struct dev_host;
struct state;

enum { PIT_HZ = 1193182, PIT_COUNTERS = 3 };

/* What the bus sees of a counter. */
struct pit_access {
    uint8_t rw;      /* 1: low byte, 2: high byte, 3: low, then high */
    bool second_out; /* rw 3: the low byte is written, `low` */
    bool second_in;  /* rw 3: the low byte was read */
    uint8_t low;
    bool latched; /* counter latch command */
    uint16_t latch;
    bool has_status; /* read-back command */
    uint8_t status;
};

struct pit {
    struct counter counter[PIT_COUNTERS];
    struct pit_access access[PIT_COUNTERS];
    uint64_t edge;  /* pulse of counter 0's next change of OUT, or PULSE_NEVER */
    bool irq;       /* level of IRQ 0 */
    uint8_t port61; /* bits 3:0 as written */
    struct timer timer;
    const struct dev_host *host;
};

/* As a PC's firmware leaves it: counter 0 in mode 2 with the largest count, 18.2 interrupts a second. */
void pit_init(struct pit *p, const struct dev_host *host);
void pit_state(struct state *s, struct pit *p);

/* Ports 40h to 43h. */
uint8_t pit_in(void *pit, uint16_t port);
void pit_out(void *pit, uint16_t port, uint8_t value);
/* Port 61h, "system control port B" (82371AB data sheet, 4.2.7.2). */
uint8_t pit_port61_in(void *pit, uint16_t port);
void pit_port61_out(void *pit, uint16_t port, uint8_t value);

#endif
