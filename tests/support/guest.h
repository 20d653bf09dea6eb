/* SPDX-License-Identifier: MIT */
/* Guests for tests: micro guests with what their head comments promise, VMs made from few words. */
#ifndef TESTS_SUPPORT_GUEST_H
#define TESTS_SUPPORT_GUEST_H

#include <stddef.h>
#include <stdint.h>

#include "interp/clock.h"
#include "vmm/vm.h"

struct technique;

enum { GUESTS_MAX = 64, KEYS_MAX = 8, CONSOLE_MAX = 4096 };

/* A micro guest, and the head comments of its source. */
struct micro {
    char name[32];
    char expect[32]; /* "ok", "failed 3", ... */
    char hole[16];   /* "popf", or empty */
    char disk[32];   /* a file of build/guests/micro, or empty */
    struct {
        uint64_t tick;
        char name[16];
    } key[KEYS_MAX];
    unsigned keys;
    uint8_t *image;
    size_t size;
};

/* Reads all of build/guests/micro. Returns how many; fails the test when one cannot be read. */
unsigned micro_list(struct micro list[GUESTS_MAX]);
void micro_free(struct micro *list, unsigned count);

/* A VM that runs, its console, and keys that come by the clock. */
struct play {
    struct vm *vm;
    char console[CONSOLE_MAX];
    size_t printed;
    struct disk *disk; /* a snapshot of the guest's, or NULL */
    const struct micro *guest;
    unsigned next_key;
    struct timer timer;
};

/* technique: its name, with "+v" behind it for a virtualizable CPU, "+s" for --mmu shadow. Boots the guest unless `boot` is false. */
void play_open(struct play *s, const char *technique, bool clock_insns, const struct micro *guest, bool boot);
/* The same for a technique that is at hand. */
void play_open_as(struct play *s, const struct technique *t, bool virtualizable, bool shadow, bool clock_insns,
                  const struct micro *guest, bool boot);
/* A state was loaded in which keys have been pressed up to a tick. */
void play_resume(struct play *s, uint64_t input);
void play_close(struct play *s);

#endif
