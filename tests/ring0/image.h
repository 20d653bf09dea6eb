/* SPDX-License-Identifier: MIT */
/*
 * Programs for ring 0, and images that hold many of them. A program is a processor state, an arena of 16 pages (tables,
 * code, stacks, data: layout.def) and a list of steps; keeper.asm enters the steps one after the other, each once, whatever
 * the one before it came to.
 */
#ifndef TESTS_RING0_IMAGE_H
#define TESTS_RING0_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum layout {
#define NOTE(text)
#define AT(name, value, what) name = (value),
#include "tests/ring0/layout.def"
#undef NOTE
#undef AT
};

/* Order of general registers in all records; ESP stands with SS. */
enum { GPR_EAX, GPR_ECX, GPR_EDX, GPR_EBX, GPR_EBP, GPR_ESI, GPR_EDI, GPRS };

struct step {
    uint32_t eip, cs, eflags, esp, ss, ds;
};

enum { STEPS = 16 };

/* A table register as LGDT reads it, from its limit on. */
struct table_reg {
    uint16_t unused, limit;
    uint32_t base;
};

/* As it lies in an image, followed by `steps` steps and `patches` pieces that differ from the first arena. */
struct program_head {
    uint32_t size, steps, patches;
    uint32_t cr0, cr3, cr4, ldtr, tr, es, fs, gs;
    struct table_reg gdtr, idtr;
    uint32_t gpr[GPRS];
};

struct program {
    struct program_head head;
    struct step step[STEPS];
    uint8_t arena[ARENA_SIZE];
};

/* What every program starts from, before anything random is done to it. */
void program_clean(struct program *p);

/* A word of the arena, by its address. */
uint32_t arena_get(const struct program *p, uint32_t at);
void arena_put(struct program *p, uint32_t at, uint32_t v);
void arena_put16(struct program *p, uint32_t at, uint32_t v);
/* The descriptor of a selector, in GDT or LDT. */
uint32_t arena_slot(uint32_t sel);
void arena_desc(struct program *p, uint32_t at, uint32_t base, uint32_t limit, uint32_t attr);
void arena_gate(struct program *p, uint32_t at, uint32_t sel, uint32_t offset, uint32_t attr);

struct image {
    uint8_t *bytes;
    size_t size, room;
    uint32_t count;
};

/* What keeper.asm became. */
#define KEEPER_FILE "build/guests/ring0/keeper.bin"

/* -1: the keeper cannot be read. */
int image_begin(struct image *i);
/* -1: there is no room for it. */
int image_add(struct image *i, const struct program *p);
/* The image is complete: the keeper shall start with program `first` of those that were added. */
void image_end(struct image *i, uint32_t first, uint32_t flags);
void image_free(struct image *i);

#endif
