/* SPDX-License-Identifier: MIT */
/* Names of addresses, from an ELF32 image's symbol table. */
#ifndef INTERP_SYMBOLS_H
#define INTERP_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

struct symbol {
    const char *name;
    uint32_t addr, size; /* size: up to the end of its section where the table says 0 */
    uint8_t rank;        /* among symbols of one address the lowest is shown: functions, then data, then labels */
};

struct symbols;

/* Reads what it can; the image need not stay. NULL: no (usable) symbols, or out of memory. */
struct symbols *symbols_read(const uint8_t *image, size_t size);
void symbols_free(struct symbols *t);

/* All functions take NULL for "no symbols". The symbol that an address belongs to, or NULL; *offset: how far into it. */
const struct symbol *symbols_at(const struct symbols *t, uint32_t addr, uint32_t *offset);
const struct symbol *symbols_find(const struct symbols *t, const char *name);
size_t symbols_count(const struct symbols *t);
const struct symbol *symbols_get(const struct symbols *t, size_t n); /* in order of addresses */

#endif
