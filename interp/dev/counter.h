/* SPDX-License-Identifier: MIT */
/*
 * One counter of the 8254 (Intel 8254 data sheet, order 231164, "Mode Definitions"), as a function of time: given the
 * pulse p of its clock, what are OUT and the count, and when does OUT change next? Nothing is stepped. `start` is the
 * pulse that loaded the count, so e = p - start pulses have been counted since:
 *
 *      mode 0   OUT low, high from e = n on             mode 3   high for (n+1)/2 pulses, low for n/2, and again
 *      mode 1   the same, started by a rise of GATE     mode 4   low for one pulse at e = n
 *      mode 2   low for the last pulse of every n       mode 5   the same, started by a rise of GATE
 */
#ifndef INTERP_DEV_COUNTER_H
#define INTERP_DEV_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

struct state;

#define PULSE_NEVER UINT64_MAX

struct counter {
    uint8_t mode; /* 0 to 5 */
    bool bcd;
    bool gate;
    bool written;    /* a count was written since the mode was */
    bool started;    /* counting: from `start` on */
    bool held;       /* GATE low stopped it, `at` pulses after the start */
    bool low;        /* mode 1 was triggered again while OUT was low: so it stays until loaded */
    uint32_t reload; /* CR: the count written last, 1 to 65536 (10000 in BCD) */
    uint32_t n;      /* the count it runs with */
    uint64_t start, at;
    uint64_t change; /* modes 2 and 3: the pulse from which it runs with `reload`, or PULSE_NEVER */
};

void counter_mode(struct counter *c, unsigned mode, bool bcd);
/* A whole count was written at pulse p; 0 stands for the largest. */
void counter_load(struct counter *c, uint64_t p, unsigned count);
/* The first of two bytes was written: mode 0 stops. */
void counter_half(struct counter *c, uint64_t p);
void counter_gate(struct counter *c, uint64_t p, bool level);

/* Brings `n` and `start` up to p. To be called before the questions below. */
void counter_sync(struct counter *c, uint64_t p);
bool counter_out(const struct counter *c, uint64_t p);
/* The count as its register shows it. */
uint16_t counter_value(const struct counter *c, uint64_t p);
/* The status bit "null count": what was written is not yet what counts. */
bool counter_null(const struct counter *c, uint64_t p);
/* The first pulse after p at which OUT changes, or PULSE_NEVER, if GATE stays and nothing is written. */
uint64_t counter_edge(const struct counter *c, uint64_t p);

void counter_state(struct state *s, struct counter *c);

#endif
