/* SPDX-License-Identifier: MIT */
/*
 * I/O ports, and memory that devices answer. Each port belongs to one device or to nobody; a wider access to byte-wide
 * devices is split by the bus into consecutive byte accesses, as the ISA bus does. What is nobody's reads as all ones and
 * swallows writes.
 */
#ifndef INTERP_BUS_H
#define INTERP_BUS_H

#include <stdbool.h>
#include <stdint.h>

/* One device's claim to a range of ports. `in` and `out` are called with single bytes. */
struct port_range {
    uint16_t first, count;
    uint8_t (*in)(void *dev, uint16_t port);
    void (*out)(void *dev, uint16_t port, uint8_t value);
    void *dev;
};

/* For devices with wider registers: accesses of two and four bytes that begin in the range come here, whole. */
struct port_wide {
    uint32_t (*in)(void *dev, uint16_t port, unsigned size);
    void (*out)(void *dev, uint16_t port, unsigned size, uint32_t value);
};

/*
 * One device's claim to a page of physical addresses where no RAM is. Accesses have 1 to 4 bytes and stay in the page. No
 * CPU has a fast way to such a page: it has no frame.
 */
struct mmio_page {
    uint32_t page; /* address >> 12 */
    uint32_t (*load)(void *dev, uint32_t offset, unsigned size);
    void (*store)(void *dev, uint32_t offset, unsigned size, uint32_t value);
    void *dev;
};

enum { BUS_RANGES = 32, BUS_PAGES = 4 };

struct bus {
    struct port_range range[BUS_RANGES];
    struct port_wide wide[BUS_RANGES]; /* of the same ranges; in: NULL where bytes are all */
    unsigned ranges;
    uint8_t owner[65536]; /* index into range + 1; 0: nobody */
    struct mmio_page page[BUS_PAGES];
    unsigned pages;
};

/* Claims ports; a later claim to the same port is a programming error (asserted). */
void bus_claim(struct bus *b, const struct port_range *r);
void bus_claim_wide(struct bus *b, const struct port_range *r, const struct port_wide *w);
uint32_t bus_in(struct bus *b, uint16_t port, unsigned size); /* size: 1, 2, 4 bytes */
void bus_out(struct bus *b, uint16_t port, unsigned size, uint32_t value);

void bus_claim_page(struct bus *b, const struct mmio_page *p);
uint32_t bus_load(struct bus *b, uint64_t pa, unsigned size); /* size: 1 to 4 bytes, all in one page */
void bus_store(struct bus *b, uint64_t pa, unsigned size, uint32_t value);

#endif
