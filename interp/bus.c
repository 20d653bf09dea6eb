/* SPDX-License-Identifier: MIT */
#include "interp/bus.h"

#include <assert.h>
#include <stddef.h>

enum { PORTS = 65536 };

void bus_claim(struct bus *b, const struct port_range *r)
{
    assert(b->ranges < BUS_RANGES && r->in && r->out && r->first + r->count <= PORTS);
    b->range[b->ranges++] = *r;
    for (uint32_t port = r->first; port < (uint32_t)r->first + r->count; port++) {
        assert(!b->owner[port]);
        b->owner[port] = (uint8_t)b->ranges;
    }
}

/* `port` may lie past 0xFFFF: the upper bytes of an access to the last ports. The bus has nobody there. */
static const struct port_range *owner_of(const struct bus *b, uint32_t port)
{
    unsigned n = port < PORTS ? b->owner[port] : 0;

    return n ? &b->range[n - 1] : NULL;
}

uint32_t bus_in(struct bus *b, uint16_t port, unsigned size)
{
    uint32_t v = 0;

    for (unsigned i = 0; i < size; i++) {
        const struct port_range *r = owner_of(b, (uint32_t)port + i);
        uint32_t byte = r ? r->in(r->dev, (uint16_t)(port + i)) : 0xff;

        v |= byte << (8 * i);
    }
    return v;
}

void bus_out(struct bus *b, uint16_t port, unsigned size, uint32_t value)
{
    for (unsigned i = 0; i < size; i++) {
        const struct port_range *r = owner_of(b, (uint32_t)port + i);

        if (r)
            r->out(r->dev, (uint16_t)(port + i), (uint8_t)(value >> (8 * i)));
    }
}
