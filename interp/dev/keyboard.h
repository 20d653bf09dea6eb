/* SPDX-License-Identifier: MIT */
/*
 * The keyboard itself, at the far end of the wire: takes commands, remembers what was typed (IBM Personal System/2
 * Hardware Interface Technical Reference, "Keyboard", "Commands from the System"). Answers go before scan codes.
 */
#ifndef INTERP_DEV_KEYBOARD_H
#define INTERP_DEV_KEYBOARD_H

#include <stdbool.h>
#include <stdint.h>

struct state;

enum { KEYBOARD_ANSWERS = 8, KEYBOARD_CODES = 32 };

struct keyboard {
    uint8_t set; /* of scan codes: 1 or 2 */
    bool scanning;
    uint8_t command; /* whose parameter is awaited, or 0 */
    uint8_t leds, rate, last;
    uint8_t answer[KEYBOARD_ANSWERS], answers;
    uint8_t code[KEYBOARD_CODES], codes;
};

void keyboard_reset(struct keyboard *k);
void keyboard_byte(struct keyboard *k, uint8_t byte);
/* A key moves: true when its codes were stored, false when there is no room or nobody listens. */
bool keyboard_key(struct keyboard *k, unsigned key, bool down);
/* The next byte for the wire. To be called only when there is one. */
uint8_t keyboard_take(struct keyboard *k);
void keyboard_state(struct state *s, struct keyboard *k);

#endif
