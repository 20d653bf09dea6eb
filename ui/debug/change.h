/* SPDX-License-Identifier: MIT */
/*
 * Changes that a person makes to a guest that stands. What changes is the canonical state, under every technique; what the
 * monitor and the hardware hold follows. A change takes no time of the guest's.
 */
#ifndef UI_DEBUG_CHANGE_H
#define UI_DEBUG_CHANGE_H

#include <stddef.h>
#include <stdint.h>

#include "interp/addr.h"

struct debugger;
struct reg_name;

/*
 * Writes bytes by the guest's own tables, read-only pages too; decoded code and traces notice, TLBs do not. 0, or -1 with
 * one line in `error`, and nothing was written.
 */
int change_memory(struct debugger *d, gva_t at, const void *from, unsigned n, char *error, size_t room);
/* Writes a register, with the checks that the machine would make. 0, or -1 with one line in `error`. */
int change_register(struct debugger *d, const struct reg_name *r, int64_t value, char *error, size_t room);

#endif
