/* SPDX-License-Identifier: MIT */
/*
 * What we need of ELF32 (System V ABI, "Object Files"), read field by field from bytes that may be anything: no struct is
 * laid over them, and every offset is checked against the size.
 */
#ifndef INTERP_ELF_H
#define INTERP_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf {
    const uint8_t *image;
    size_t size;
};

/* ELF header (offsets) and the values that fit. */
enum {
    EH_CLASS = 4,
    EH_DATA = 5,
    EH_TYPE = 16,
    EH_MACHINE = 18,
    EH_ENTRY = 24,
    EH_PHOFF = 28,
    EH_SHOFF = 32,
    EH_PHENTSIZE = 42,
    EH_PHNUM = 44,
    EH_SHENTSIZE = 46,
    EH_SHNUM = 48,
    EH_SIZE = 52
};
enum { ELFCLASS32 = 1, ELFDATA2LSB = 1, ET_EXEC = 2, EM_386 = 3 };

/* Program header. */
enum { PH_TYPE = 0, PH_OFFSET = 4, PH_VADDR = 8, PH_PADDR = 12, PH_FILESZ = 16, PH_MEMSZ = 20, PH_SIZE = 32 };
enum { PT_LOAD = 1 };

/* Section header. */
enum { SH_TYPE = 4, SH_ADDR = 12, SH_OFFSET = 16, SH_LENGTH = 20, SH_LINK = 24, SH_SIZE = 40 };
enum { SHT_SYMTAB = 2, SHT_STRTAB = 3 };

/* Do `n` bytes from `at` lie in the image? */
static inline bool elf_has(const struct elf *e, uint64_t at, uint64_t n)
{
    return at <= e->size && n <= e->size - at;
}

/* Little-endian numbers; 0 outside the image. */
static inline uint32_t elf_number(const struct elf *e, uint64_t at, unsigned bytes)
{
    uint32_t v = 0;

    for (unsigned i = 0; i < bytes && elf_has(e, at, bytes); i++)
        v |= (uint32_t)e->image[at + i] << (8 * i);
    return v;
}

static inline uint32_t elf16(const struct elf *e, uint64_t at)
{
    return elf_number(e, at, 2);
}

static inline uint32_t elf32(const struct elf *e, uint64_t at)
{
    return elf_number(e, at, 4);
}

static inline bool elf_magic(const struct elf *e)
{
    return elf32(e, 0) == 0x464c457f; /* 7F 'E' 'L' 'F' */
}

#endif
