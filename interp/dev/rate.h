/* SPDX-License-Identifier: MIT */
/*
 * A device's own oscillator, derived from the machine's ticks without drift: pulse n is computed from tick 0, never from
 * pulse n-1. With whole seconds split off first, 64 bits are enough for any product here (rates below 2^31).
 *
 *      tick    0    1    2    3    4    5    6    7      hz = 7, rate = 3
 *      pulse   0    0    0    1    1    2    2    3
 */
#ifndef INTERP_DEV_RATE_H
#define INTERP_DEV_RATE_H

#include <stdint.h>

/* Pulses that have come by tick t. */
static inline uint64_t rate_pulses(uint64_t t, uint64_t hz, uint64_t rate)
{
    return t / hz * rate + t % hz * rate / hz;
}

/* The first tick by which pulse n has come. */
static inline uint64_t rate_tick(uint64_t n, uint64_t hz, uint64_t rate)
{
    return n / rate * hz + (n % rate * hz + rate - 1) / rate;
}

#endif
