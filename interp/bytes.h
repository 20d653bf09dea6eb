/* SPDX-License-Identifier: MIT */
/* One to four bytes of the host's memory as a number, by moves of that size: no call of memcpy(). */
#ifndef INTERP_BYTES_H
#define INTERP_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint32_t bytes_load(const uint8_t *p, unsigned size)
{
    uint32_t v = 0;

    switch (size) {
    case 4: memcpy(&v, p, 4); break;
    case 3: v = (uint32_t)p[2] << 16; /* fall through */
    case 2: memcpy(&v, p, 2); break;
    default: v = p[0];
    }
    return v;
}

static inline void bytes_store(uint8_t *p, unsigned size, uint32_t v)
{
    switch (size) {
    case 4: memcpy(p, &v, 4); break;
    case 3: p[2] = (uint8_t)(v >> 16); /* fall through */
    case 2: memcpy(p, &v, 2); break;
    default: p[0] = (uint8_t)v;
    }
}

#endif
