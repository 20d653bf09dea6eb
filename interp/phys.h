/* SPDX-License-Identifier: MIT */
/* Physical memory as the CPU's slow path sees it: RAM behind the machine's map, the bus elsewhere. */
#ifndef INTERP_PHYS_H
#define INTERP_PHYS_H

#include <stdint.h>

#include "interp/machine.h"

/* 1 to 4 bytes at a physical address, all in one page. What nobody answers reads as ones and swallows stores. */
uint32_t phys_load(struct machine *m, uint64_t pa, unsigned size);
void phys_store(struct machine *m, uint64_t pa, unsigned size, uint32_t v);

/* The bytes of a page of RAM, or NULL. */
static inline uint8_t *phys_page(const struct machine *m, uint64_t pa)
{
    uint32_t frame = machine_frame(m, pa);

    return frame == NO_FRAME ? NULL : ram_frame(m->ram, frame);
}

#endif
