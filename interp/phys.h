/* SPDX-License-Identifier: MIT */
/* Physical memory as the CPU's slow path sees it: RAM behind the machine's map, the bus elsewhere. */
#ifndef INTERP_PHYS_H
#define INTERP_PHYS_H

#include <stdint.h>

#include "interp/addr.h"
#include "interp/bytes.h"
#include "interp/machine.h"

/* The bytes of a page of RAM, or NULL. */
static inline uint8_t *phys_page(const struct machine *m, uint64_t pa)
{
    uint32_t frame = machine_frame(m, pa);

    return frame == NO_FRAME ? NULL : ram_frame(m->ram, frame);
}

uint32_t phys_load_bus(struct machine *m, uint64_t pa, unsigned size);
/* 1 to 4 bytes at a physical address, all in `page`, as phys_page() gives it. What nobody answers reads as ones. */
static inline uint32_t phys_load_in(struct machine *m, const uint8_t *page, uint64_t pa, unsigned size)
{
    return page ? bytes_load(page + (pa & PAGE_OFFSET), size) : phys_load_bus(m, pa, size);
}

static inline uint32_t phys_load(struct machine *m, uint64_t pa, unsigned size)
{
    return phys_load_in(m, phys_page(m, pa), pa, size);
}
/* What nobody answers swallows stores. */
void phys_store(struct machine *m, uint64_t pa, unsigned size, uint32_t v);

#endif
