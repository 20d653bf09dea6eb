/* SPDX-License-Identifier: MIT */
#include "interp/phys.h"

#include <string.h>

#include "interp/access.h"
#include "interp/bytes.h"
#include "interp/machine.h"

uint32_t phys_load_bus(struct machine *m, uint64_t pa, unsigned size)
{
    uint32_t v;

    charge(&m->cpu, ACCOUNT_DEVICE, m->cost.mmio);
    v = bus_load(&m->bus, pa, size);
    OBSERVE(m, mmio, pa, size, 0, v);
    return v;
}

static void record(struct ram *r, uint32_t frame, uint32_t offset, unsigned size)
{
    struct undo *u = &r->log[r->logged];

    if (r->logged == r->log_room)
        return;
    *u = (struct undo){frame, offset, size, {0}};
    memcpy(u->was, ram_frame(r, frame) + offset, size);
    r->logged++;
}

void phys_store(struct machine *m, uint64_t pa, unsigned size, uint32_t v)
{
    uint32_t frame = machine_frame(m, pa);

    if (frame != NO_FRAME) {
        if (m->ram->log)
            record(m->ram, frame, (uint32_t)pa & PAGE_OFFSET, size);
        bytes_store(ram_frame(m->ram, frame) + (pa & PAGE_OFFSET), size, v);
        if (m->ram->flag[frame])
            ram_stored(m->ram, frame, (uint32_t)pa & PAGE_OFFSET, size);
        return;
    }
    charge(&m->cpu, ACCOUNT_DEVICE, m->cost.mmio);
    OBSERVE(m, mmio, pa, size, 1, v);
    bus_store(&m->bus, pa, size, v);
}
