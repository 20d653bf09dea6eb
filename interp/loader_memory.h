/* SPDX-License-Identifier: MIT */
/* What every way to boot needs of memory: does something fit, and putting it there. */
#ifndef INTERP_LOADER_MEMORY_H
#define INTERP_LOADER_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct machine;

/* Where RAM goes on above the PC's hole. */
enum { LOADER_HIGH = 0x100000 };

/* Is there RAM for [from, to)? -1: one line in `error`, which begins with `name`. */
int loader_fits(struct machine *m, const char *name, uint64_t from, uint64_t to, char *error, size_t room);

/* All of these lie in RAM: that was checked. */
void loader_zero(struct machine *m, uint64_t pa, uint64_t n);
void loader_poke(struct machine *m, uint64_t pa, uint32_t v);

#endif
