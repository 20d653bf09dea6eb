/* SPDX-License-Identifier: MIT */
/*
 * A parallel port (IBM PC/AT Technical Reference, "Printer Adapter"; IEEE 1284 compatibility mode), LPT1 of a PC: ports 378h
 * to 37Ah, IRQ 7. Its printer is always ready, takes every byte at once, and prints none.
 */
#ifndef INTERP_DEV_LPT_H
#define INTERP_DEV_LPT_H

#include <stdint.h>

struct dev_host;
struct state;

enum { LPT_PORT = 0x378, LPT_IRQ = 7 };

struct lpt {
    uint8_t data, control;
    const struct dev_host *host;
};

void lpt_init(struct lpt *l, const struct dev_host *host);
void lpt_state(struct state *s, struct lpt *l);

/* Ports LPT_PORT + 0 to 2. */
uint8_t lpt_in(void *lpt, uint16_t port);
void lpt_out(void *lpt, uint16_t port, uint8_t value);

#endif
