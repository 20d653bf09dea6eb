/* SPDX-License-Identifier: MIT */
/*
 * I/O ports. Each port belongs to one device or to nobody; a wider access to byte-wide devices is split by the bus into
 * consecutive byte accesses, as the ISA bus does. Nobody's ports read as all ones and swallow writes.
 */
#ifndef INTERP_BUS_H
#define INTERP_BUS_H

#include <stdint.h>

/* One device's claim to a range of ports. `in` and `out` are called with single bytes. */
struct port_range {
    uint16_t first, count;
    uint8_t (*in)(void *dev, uint16_t port);
    void (*out)(void *dev, uint16_t port, uint8_t value);
    void *dev;
};

enum { BUS_RANGES = 32 };

struct bus {
    struct port_range range[BUS_RANGES];
    unsigned ranges;
    uint8_t owner[65536]; /* index into range + 1; 0: nobody */
};

/* Claims ports; a later claim to the same port is a programming error (asserted). */
void bus_claim(struct bus *b, const struct port_range *r);
uint32_t bus_in(struct bus *b, uint16_t port, unsigned size); /* size: 1, 2, 4 bytes */
void bus_out(struct bus *b, uint16_t port, unsigned size, uint32_t value);

#endif
