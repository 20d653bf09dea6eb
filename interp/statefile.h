/* SPDX-License-Identifier: MIT */
/*
 * A machine's canonical state in a file:
 *
 *      "RINGSIDE"   version (2)   input (8)   the state (state.h)   XXH3 of all before it (16)
 *
 * Numbers are little-endian. `input` is a tick: what comes from outside by the clock, as keys do, has come up to it.
 */
#ifndef INTERP_STATEFILE_H
#define INTERP_STATEFILE_H

#include <stddef.h>
#include <stdint.h>

struct machine;

/* 0; -1: `error` says why, without the path. */
int statefile_save(struct machine *m, uint64_t input, const char *path, char *error, size_t room);
/* The same from bytes and from a file. After an error the machine is unusable until a load succeeds. */
int statefile_take(struct machine *m, uint64_t *input, const uint8_t *data, size_t size, char *error, size_t room);
int statefile_load(struct machine *m, uint64_t *input, const char *path, char *error, size_t room);

#endif
