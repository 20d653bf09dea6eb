/* SPDX-License-Identifier: MIT */
/* Guests that nobody here wrote: fetched at test time, run under a technique, judged by what they show. */
#ifndef TESTS_SUPPORT_THIRDPARTY_H
#define TESTS_SUPPORT_THIRDPARTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "interp/dev/vga.h"
#include "vmm/vm.h"

struct thirdparty {
    const char *name;
    uint8_t *image;
    size_t size;
};

/* tests/support/fetch-guest says which names there are. Skips the running test, with a reason, when it cannot be had. */
void thirdparty_open(struct thirdparty *t, const char *name);
void thirdparty_close(struct thirdparty *t);
/* A machine of 64 MiB on a virtualizable processor; `append` may be NULL. */
struct vm *thirdparty_boot(const struct thirdparty *t, const char *technique, bool clock_insns, const char *append);

struct screen {
    char row[VGA_ROWS][VGA_COLUMNS + 1];
};

void screen_read(struct vm *v, struct screen *s);
/* The row that shows a text, or -1. */
int screen_find(const struct screen *s, const char *text);
/* Runs to a tick, where it must still be running, and reads the screen. */
void screen_at(struct vm *v, uint64_t tick, struct screen *s);

#endif
