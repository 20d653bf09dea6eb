/* SPDX-License-Identifier: MIT */
/*
 * Two registers of a PC's board: port 80h, where firmware shows how far it has come, and which reads back; and port 92h,
 * "system control port A" (82371AB data sheet, 4.2.7.3; PS/2 Hardware Interface Technical Reference), the quick way to the A20
 * gate and to a reset.
 */
#ifndef INTERP_DEV_SYSTEM_H
#define INTERP_DEV_SYSTEM_H

#include <stdint.h>

struct dev_host;
struct state;

struct system {
    uint8_t post, port92;
    const struct dev_host *host;
};

/* As firmware leaves it: A20 is open. */
void system_init(struct system *y, const struct dev_host *host);
void system_state(struct state *s, struct system *y);

/* Ports 80h and 92h. */
uint8_t system_in(void *system, uint16_t port);
void system_out(void *system, uint16_t port, uint8_t value);

#endif
