/* SPDX-License-Identifier: MIT */
/*
 * A machine's canonical state in a file:
 *
 *      "RINGSIDE"   version (2)   input (8)   guest (8)   the state (state.h)   XXH3 of all before it (16)
 *
 * Numbers are little-endian. The file takes its name when it is whole (newfile.h).
 */
#ifndef INTERP_STATEFILE_H
#define INTERP_STATEFILE_H

#include <stddef.h>
#include <stdint.h>

struct machine;

/* What goes with a state. */
struct statefile {
    uint64_t input; /* a tick: what comes from outside by the clock, as keys do, has come up to it */
    uint64_t guest; /* statefile_guest() of the image that was booted */
};

uint64_t statefile_guest(const void *image, size_t size);
/* 0; -1: `error` says why, without the path. */
int statefile_save(struct machine *m, const struct statefile *with, const char *path, char *error, size_t room);
/*
 * The same from bytes and from a file: the state of `with->guest`, or an error. After an error the machine is unusable
 * until a load succeeds.
 */
int statefile_take(struct machine *m, struct statefile *with, const uint8_t *data, size_t size, char *error,
                   size_t room);
int statefile_load(struct machine *m, struct statefile *with, const char *path, char *error, size_t room);

#endif
