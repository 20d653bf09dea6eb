/* SPDX-License-Identifier: MIT */
/* The text of instructions, by Zydis: Intel syntax, addresses with their symbols. */
#ifndef UI_DISASM_H
#define UI_DISASM_H

#include <stddef.h>
#include <stdint.h>

struct machine;
struct seg;
struct symbols;

/* The instruction at the machine's CS:EIP; "??" where there is none. Returns its length, or 0. `s` may be NULL. */
unsigned disasm_next(struct machine *m, const struct symbols *s, char *text, size_t room);
/* One instruction at a linear address in code segment `cs`: its D, and its base, from which jumps count. Its length, or 0. */
unsigned disasm(const uint8_t *bytes, size_t n, uint32_t address, const struct seg *cs, const struct symbols *s,
                char *text, size_t room);
/* "name", "name+0x12", or nothing ("") when no symbol is near. */
const char *disasm_symbol(const struct symbols *s, uint32_t address, char *text, size_t room);

#endif
