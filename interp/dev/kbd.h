/* SPDX-License-Identifier: MIT */
/*
 * The 8042 keyboard controller of a PC/AT (IBM PC/AT Technical Reference, "Keyboard Controller"), ports 60h and 64h,
 * IRQ 1, with a keyboard on its wire and no mouse.
 *
 *      keys ──set 2──> keyboard ──wire──> translation ──> output buffer, port 60h ──> IRQ 1
 *
 * A scan code takes a millisecond on the wire. Answers to commands do not: guests poll for them, with a short count.
 */
#ifndef INTERP_DEV_KBD_H
#define INTERP_DEV_KBD_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/clock.h"
#include "interp/dev/keyboard.h"

struct dev_host;
struct state;

enum { KBD_HELD = 8 };

struct kbd {
    struct keyboard keyboard;
    uint8_t mode;      /* the command byte */
    uint8_t out;       /* output buffer, */
    bool full;         /* which holds a byte */
    uint8_t reply;     /* the controller's own answer, */
    bool has_reply;    /* which waits for the buffer */
    uint8_t awaited;   /* the controller command whose data is next at port 60h, or 0 */
    bool last_command; /* the last write went to port 64h */
    bool broken;       /* translation has swallowed F0 */
    bool irq;
    bool a20;       /* the output port's latch of the A20 gate */
    uint64_t ready; /* tick from which the wire is free for a scan code */
    struct timer wire;
    struct kbd_held {
        uint8_t key;
        uint64_t until; /* when it goes up by itself; CLOCK_NEVER: the slot is free */
    } held[KBD_HELD];
    struct timer release;
    const struct dev_host *host;
};

/* As firmware leaves it: interrupt and translation on. */
void kbd_init(struct kbd *k, const struct dev_host *host);
void kbd_state(struct state *s, struct kbd *k);

/* A key moves. 0; -1: no key has that name; 1: lost, the keyboard is full or switched off. */
int kbd_key(struct kbd *k, const char *name, bool down);
/* Would so many movements of keys all be taken now? */
bool kbd_takes(const struct kbd *k, unsigned moves);
/* Down now, up a tenth of a second later, as QEMU's `sendkey`. */
int kbd_press(struct kbd *k, const char *name);

/* Ports 60h and 64h. */
uint8_t kbd_in(void *kbd, uint16_t port);
void kbd_out(void *kbd, uint16_t port, uint8_t value);

#endif
