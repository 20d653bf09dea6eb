/* SPDX-License-Identifier: MIT */
#include "interp/loader_memory.h"

#include <inttypes.h>
#include <stdio.h>

#include "interp/addr.h"
#include "interp/machine.h"

enum { HOLE_START = 0xa0000 };

/* Kibibytes, rounded up. */
static uint64_t kib(uint64_t bytes)
{
    return (bytes + 1023) / 1024;
}

int loader_fits(struct machine *m, const char *name, uint64_t from, uint64_t to, char *error, size_t room)
{
    if (to > m->mem) {
        snprintf(error, room, "%s: needs %" PRIu64 " KiB of memory, the machine has %" PRIu64 " KiB", name, kib(to),
                 kib(m->mem));
        return -1;
    }
    if (from < LOADER_HIGH && to > HOLE_START) {
        snprintf(error, room, "%s: %#" PRIx64 " to %#" PRIx64 " lies in the hole at 0xa0000 to 0xfffff", name, from,
                 to - 1);
        return -1;
    }
    return 0;
}

void loader_zero(struct machine *m, uint64_t pa, uint64_t n)
{
    static const uint8_t zeros[PAGE_SIZE];

    for (uint64_t part; n; pa += part, n -= part) {
        part = n < PAGE_SIZE ? n : PAGE_SIZE;
        machine_write(m, pa, zeros, (size_t)part);
    }
}

void loader_poke(struct machine *m, uint64_t pa, uint32_t v)
{
    const uint8_t bytes[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};

    machine_write(m, pa, bytes, sizeof bytes);
}
