/* SPDX-License-Identifier: MIT */
/* --keys: a script of keys, pressed by the guest's own clock. */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "interp/clock.h"

struct machine;

enum { KEY_NAME = 32 };

struct key_press {
    uint64_t tick;
    char name[KEY_NAME];
};

struct keys {
    struct key_press *press;
    size_t count, room, next;
    struct machine *guest;
    struct timer timer;
};

/* Reads lines "TICK KEY" (# begins a comment), ticks not falling. 0, or STATUS_USAGE after a line on standard error. */
int keys_read(struct keys *k, const char *path);
/* Puts the script on the guest's clock, where it stays as long as the guest; `k` must not move. */
void keys_attach(struct keys *k, struct machine *guest);
void keys_free(struct keys *k);

#endif
