/* SPDX-License-Identifier: MIT */
/* Is the technique under which the guest now runs the same to it as another one? */
#ifndef UI_DEBUG_COMPARE_H
#define UI_DEBUG_COMPARE_H

#include <stddef.h>
#include <stdint.h>

struct debugger;
struct technique;

/*
 * Compares the two over the next `ticks`, on copies of the guest that get no further keys but those of --keys; the finding
 * goes to d->finding. 0, or -1 with one line in `error`, and the last finding stays.
 */
int debug_compare(struct debugger *d, const struct technique *against, uint64_t ticks, char *error, size_t room);

#endif
