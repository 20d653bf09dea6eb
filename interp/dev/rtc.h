/* SPDX-License-Identifier: MIT */
/*
 * The real-time clock and CMOS memory of a PC/AT: Motorola's MC146818A (data sheet ADI856R2), with 114 bytes of memory, ports
 * 70h (which register) and 71h, IRQ 8.
 *
 * The clock is set at tick 0 of the machine, always to the same moment (RTC_START), and goes by the machine's time. Like
 * the PIT it is a function of that time: nothing is stepped. `seen` and `period` say up to when flags were raised.
 *
 *      seconds shown = base + (now - origin) / hz       while it runs
 *      seconds shown = what the registers hold          while SET, or the divider, stops it
 */
#ifndef INTERP_DEV_RTC_H
#define INTERP_DEV_RTC_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/clock.h"

struct dev_host;
struct state;

enum { RTC_PORT = 0x70, RTC_IRQ = 8, RTC_BYTES = 128 };

struct rtc {
    uint8_t index;
    uint8_t reg[RTC_BYTES]; /* all registers; those of the time are true only while it stands still */
    uint64_t base;          /* the time at `origin`, in seconds of calendar.h, */
    uint8_t weekday;        /* and its day of the week, which the chip counts by itself */
    uint64_t origin;        /* the tick at which that second began */
    uint64_t seen;          /* seconds since then that the flags know of */
    uint64_t period;        /* periods of the periodic interrupt, since tick 0, likewise */
    bool irq;
    struct timer timer; /* the next moment that may interrupt */
    const struct dev_host *host;
};

/* As firmware leaves it: running, 24 hours, BCD, no interrupts. */
void rtc_init(struct rtc *r, const struct dev_host *host);
void rtc_state(struct state *s, struct rtc *r);

/* A byte of the CMOS memory, as firmware sets it; `at` from 14 on. */
void rtc_memory(struct rtc *r, unsigned at, uint8_t value);

/* Ports RTC_PORT + 0, 1. */
uint8_t rtc_in(void *rtc, uint16_t port);
void rtc_out(void *rtc, uint16_t port, uint8_t value);

#endif
