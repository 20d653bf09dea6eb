/* SPDX-License-Identifier: MIT */
/* --keys: a script of keys, pressed by the guest's own clock. */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "interp/clock.h"

struct kbd;
struct machine;

enum { KEY_NAME = 32 };

struct key_press {
    uint64_t tick;
    char name[KEY_NAME]; /* or several, joined by '-' */
};

struct keys {
    struct key_press *press;
    size_t count, room, next;
    struct machine *guest;
    struct timer timer;
};

/* Reads lines "TICK KEY" (# begins a comment), ticks not falling. 0, or STATUS_USAGE after a line on standard error. */
int keys_read(struct keys *k, const char *path);
/* Puts the script, from tick `from` on, on the guest's clock, where it stays as long as the guest; `k` must not move. */
void keys_attach(struct keys *k, struct machine *guest, uint64_t from);
/* The guest was put back to a tick: keys of that one and later ones are to be pressed (again). */
void keys_seek(struct keys *k, uint64_t from);
/* The tick from which keys are still to be pressed, now: an earlier one than `now` when one is due. */
uint64_t keys_pressed_until(const struct keys *k, uint64_t now);
void keys_free(struct keys *k);
/* Presses one key, or several joined by '-', which are down at once. 0; -1: no such key; 1: lost, there is no room. */
int keys_press(struct kbd *k, const char *all);

#endif
