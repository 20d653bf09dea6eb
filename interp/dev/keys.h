/* SPDX-License-Identifier: MIT */
/*
 * Keys: their names (those of QEMU's `sendkey`), what a keyboard sends for them in scan code set 2, and the translation
 * to set 1 that the 8042 makes (IBM Personal System/2 Hardware Interface Technical Reference, "Keyboard").
 */
#ifndef INTERP_DEV_KEYS_H
#define INTERP_DEV_KEYS_H

#include <stdbool.h>
#include <stdint.h>

enum { KEY_BYTES = 8, KEY_BREAK = 0xf0, KEY_EXTENDED = 0xe0 };

/* The number of a key, or -1 when no key has that name. */
int key_find(const char *name);
bool key_valid(unsigned key);
/* What is sent when it goes down or up: at most KEY_BYTES bytes; returns how many. */
unsigned key_codes(unsigned key, bool down, uint8_t code[KEY_BYTES]);

/* One byte of set 2 as set 1; the break prefix F0 sets *broken, is swallowed (false), and marks the next byte. */
bool key_translate(uint8_t byte, bool *broken, uint8_t *translated);

#endif
