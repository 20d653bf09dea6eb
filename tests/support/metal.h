/* SPDX-License-Identifier: MIT */
/* A bare machine for tests of the processor: flat memory, one instruction at a time, no guest. */
#ifndef TESTS_SUPPORT_METAL_H
#define TESTS_SUPPORT_METAL_H

#include <stddef.h>
#include <stdint.h>

#include "interp/machine.h"

/* Where things lie in a bare machine. */
enum {
    METAL_MEM = 16 << 20,
    METAL_GDT = 0x1000,
    METAL_IDT = 0x2000,
    METAL_TSS = 0x3000,
    METAL_DIRECTORY = 0x4000,
    METAL_TABLE = 0x5000,
    METAL_CODE = 0x10000,
    METAL_HANDLERS = 0x20000, /* handler of vector n at + 16 n: a HLT each */
    METAL_STACK0 = 0x30000,   /* tops */
    METAL_STACK1 = 0x32000,
    METAL_STACK3 = 0x34000
};

/* Selectors: flat segments of rings 0, 1 and 3, and the TSS. */
enum {
    METAL_CS0 = 0x08,
    METAL_DS0 = 0x10,
    METAL_CS1 = 0x18 | 1,
    METAL_DS1 = 0x20 | 1,
    METAL_CS3 = 0x28 | 3,
    METAL_DS3 = 0x30 | 3,
    METAL_TR = 0x38,
    METAL_FREE = 0x40, /* and on: descriptors for the test's own use */
    METAL_GDT_SIZE = 0x100
};

/* GDT, IDT with interrupt gates of DPL 0, TSS; identity page tables for 4 MiB lie ready; paging is off. */
struct machine *metal_create(void);
void metal_destroy(struct machine *m);

void metal_write32(struct machine *m, uint32_t pa, uint32_t v);
uint32_t metal_read32(struct machine *m, uint32_t pa);
void metal_desc(struct machine *m, unsigned sel, uint32_t lo, uint32_t hi);
/* type: 0x8e interrupt gate, 0x8f trap gate, 0xee with DPL 3, ... */
void metal_gate(struct machine *m, unsigned vector, unsigned sel, uint32_t offset, unsigned type);
/* Puts the CPU into a ring with its flat segments, its stack, EIP at METAL_CODE. */
void metal_ring(struct machine *m, unsigned ring);
void metal_paging(struct machine *m);
/* Writes code at METAL_CODE and steps once. */
enum stop metal_step(struct machine *m, const void *code, size_t n);
/* Loads a segment register's hidden part from the GDT without checks. */
void metal_load(struct machine *m, unsigned seg, unsigned sel);

#endif
