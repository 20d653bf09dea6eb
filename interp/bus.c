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

void bus_claim_wide(struct bus *b, const struct port_range *r, const struct port_wide *w)
{
    bus_claim(b, r);
    b->wide[b->ranges - 1] = *w;
}

/* `port` may lie past 0xFFFF: the upper bytes of an access to the last ports. The bus has nobody there. */
static const struct port_range *owner_of(const struct bus *b, uint32_t port)
{
    unsigned n = port < PORTS ? b->owner[port] : 0;

    return n ? &b->range[n - 1] : NULL;
}

/* The wide registers that begin at a port, or NULL. */
static const struct port_wide *wide_of(const struct bus *b, uint16_t port)
{
    unsigned n = b->owner[port];

    return n && b->wide[n - 1].in ? &b->wide[n - 1] : NULL;
}

uint32_t bus_in(struct bus *b, uint16_t port, unsigned size)
{
    const struct port_wide *wide = wide_of(b, port);
    uint32_t v = 0;

    if (size > 1 && wide)
        return wide->in(owner_of(b, port)->dev, port, size);
    for (unsigned i = 0; i < size; i++) {
        const struct port_range *r = owner_of(b, (uint32_t)port + i);
        uint32_t byte = r ? r->in(r->dev, (uint16_t)(port + i)) : 0xff;

        v |= byte << (8 * i);
    }
    return v;
}

void bus_out(struct bus *b, uint16_t port, unsigned size, uint32_t value)
{
    const struct port_wide *wide = wide_of(b, port);

    if (size > 1 && wide) {
        wide->out(owner_of(b, port)->dev, port, size, value);
        return;
    }
    for (unsigned i = 0; i < size; i++) {
        const struct port_range *r = owner_of(b, (uint32_t)port + i);

        if (r)
            r->out(r->dev, (uint16_t)(port + i), (uint8_t)(value >> (8 * i)));
    }
}

void bus_claim_page(struct bus *b, const struct mmio_page *p)
{
    assert(b->pages < BUS_PAGES && p->load && p->store);
    b->page[b->pages++] = *p;
}

static const struct mmio_page *page_of(const struct bus *b, uint64_t pa)
{
    for (unsigned i = 0; i < b->pages; i++)
        if (b->page[i].page == pa >> 12)
            return &b->page[i];
    return NULL;
}

uint32_t bus_load(struct bus *b, uint64_t pa, unsigned size)
{
    const struct mmio_page *p = page_of(b, pa);

    return (p ? p->load(p->dev, (uint32_t)pa & 0xfff, size) : UINT32_MAX) & UINT32_MAX >> (32 - 8 * size);
}

void bus_store(struct bus *b, uint64_t pa, unsigned size, uint32_t value)
{
    const struct mmio_page *p = page_of(b, pa);

    if (p)
        p->store(p->dev, (uint32_t)pa & 0xfff, size, value);
}
