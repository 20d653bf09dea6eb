/* SPDX-License-Identifier: MIT */
#include "interp/loader_image.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "interp/elf.h"
#include "interp/loader.h"

/* The Multiboot header (Multiboot 0.6.96, 3.1): 4-byte aligned, wholly within the first 8192 bytes. */
enum { MB_MAGIC = 0x1badb002, MB_SEARCH = 8192, MB_HEADER = 12, MB_HEADER_ADDRESSES = 32 };
enum { MB_FLAGS = 4, MB_HEADER_ADDR = 12, MB_LOAD_ADDR = 16, MB_LOAD_END = 20, MB_BSS_END = 24, MB_ENTRY = 28 };
/*
 * Bits 0 to 15 are demands: a loader that does not know one refuses (3.1.2). Modules are always page-aligned, memory is
 * always described; the wish for a video mode is heard and, as QEMU does, not granted.
 */
enum { MB_KNOWN_DEMANDS = 7, MB_DEMANDS = 0xffff, MB_ADDRESSES = 1 << 16 };

struct reader {
    const char *name;
    struct elf e;
    struct image *image;
    char *error;
    size_t room;
};

static int refuse(struct reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int refuse(struct reader *r, const char *fmt, ...)
{
    int n = snprintf(r->error, r->room, "%s: ", r->name);
    va_list args;

    va_start(args, fmt);
    if (n >= 0 && (size_t)n < r->room)
        vsnprintf(r->error + n, r->room - (size_t)n, fmt, args);
    va_end(args);
    return -1;
}

/* The offset of the header, or -1. */
static int64_t multiboot_find(const struct elf *e)
{
    for (uint32_t at = 0; at + MB_HEADER <= MB_SEARCH && elf_has(e, at, MB_HEADER); at += 4)
        if (elf32(e, at) == MB_MAGIC && elf32(e, at) + elf32(e, at + 4) + elf32(e, at + 8) == 0)
            return at;
    return -1;
}

static int add_piece(struct reader *r, const struct piece *p)
{
    if (r->image->pieces == IMAGE_PIECES)
        return refuse(r, "more than %d segments to load", IMAGE_PIECES);
    r->image->piece[r->image->pieces++] = *p;
    return 0;
}

/* Images that say themselves where they go (3.1.3, "The address fields of Multiboot header"). */
static int read_addresses(struct reader *r, uint32_t at)
{
    uint32_t header = elf32(&r->e, at + MB_HEADER_ADDR), load = elf32(&r->e, at + MB_LOAD_ADDR);
    uint32_t end = elf32(&r->e, at + MB_LOAD_END), bss = elf32(&r->e, at + MB_BSS_END);
    uint32_t before = header - load;
    uint64_t bytes, size;

    if (!elf_has(&r->e, at, MB_HEADER_ADDRESSES))
        return refuse(r, "truncated: the Multiboot header at offset %" PRIu32 " wants 32 bytes", at);
    if (header < load || before > at)
        return refuse(
            r, "Multiboot header at offset %" PRIu32 ": load_addr %#" PRIx32 " does not fit header_addr %#" PRIx32, at,
            load, header);
    bytes = end ? (uint64_t)end - load : r->e.size - (at - before);
    if (end && end < load)
        return refuse(r, "Multiboot header at offset %" PRIu32 ": load_end_addr %#" PRIx32 " below load_addr %#" PRIx32,
                      at, end, load);
    if (!elf_has(&r->e, at - before, bytes))
        return refuse(
            r, "truncated: the Multiboot header wants %" PRIu64 " bytes from offset %" PRIu32 ", the file has %zu",
            bytes, at - before, r->e.size);
    size = bss ? (uint64_t)bss - load : bytes;
    if (bss && (bss < load || size < bytes))
        return refuse(r, "Multiboot header at offset %" PRIu32 ": bss_end_addr %#" PRIx32 " below the end of data", at,
                      bss);
    r->image->entry = elf32(&r->e, at + MB_ENTRY);
    return add_piece(r, &(struct piece){.pa = load, .size = size, .offset = at - before, .bytes = (size_t)bytes});
}

/* One rule of the ELF header: which field must hold what. */
static const struct elf_rule {
    uint8_t at, bytes;
    uint16_t wanted;
    const char *field, *otherwise;
} elf_rules[] = {
    {EH_CLASS, 1, ELFCLASS32, "class", "only 32-bit guests can be run"},
    {EH_DATA, 1, ELFDATA2LSB, "data encoding", "only little-endian guests can be run"},
    {EH_TYPE, 2, ET_EXEC, "type", "only executables linked to fixed addresses can be loaded"},
    {EH_MACHINE, 2, EM_386, "machine", "only i386 guests can be run"},
};

static int check_header(struct reader *r)
{
    if (!elf_magic(&r->e))
        return refuse(
            r, "no ELF image (offset 0: 7f 45 4c 46 expected, %02x %02x %02x %02x found) and no Multiboot header",
            elf_number(&r->e, 0, 1), elf_number(&r->e, 1, 1), elf_number(&r->e, 2, 1), elf_number(&r->e, 3, 1));
    for (unsigned i = 0; i < sizeof elf_rules / sizeof *elf_rules; i++) {
        const struct elf_rule *rule = &elf_rules[i];
        uint32_t found = elf_number(&r->e, rule->at, rule->bytes);

        if (elf_has(&r->e, rule->at, rule->bytes) && found != rule->wanted)
            return refuse(r, "ELF%s image (offset %u: %s %u expected, %" PRIu32 " found): %s",
                          elf_number(&r->e, EH_CLASS, 1) == 2 ? "64" : "", rule->at, rule->field, rule->wanted, found,
                          rule->otherwise);
    }
    if (!elf_has(&r->e, 0, EH_SIZE))
        return refuse(r, "truncated: the ELF header has 52 bytes, the file %zu", r->e.size);
    return 0;
}

/* An entry point that is a virtual address of this segment becomes the physical one: paging is off (as QEMU and GRUB do). */
static void translate_entry(struct reader *r, uint64_t ph)
{
    uint32_t entry = elf32(&r->e, EH_ENTRY), vaddr = elf32(&r->e, ph + PH_VADDR);

    if (entry >= vaddr && entry - vaddr < elf32(&r->e, ph + PH_FILESZ))
        r->image->entry = entry - vaddr + elf32(&r->e, ph + PH_PADDR);
}

static int read_segment(struct reader *r, unsigned n, uint64_t ph)
{
    struct piece p = {.pa = elf32(&r->e, ph + PH_PADDR),
                      .size = elf32(&r->e, ph + PH_MEMSZ),
                      .offset = elf32(&r->e, ph + PH_OFFSET),
                      .bytes = elf32(&r->e, ph + PH_FILESZ)};

    if (elf32(&r->e, ph + PH_TYPE) != PT_LOAD || !p.size)
        return 0;
    if (p.bytes > p.size)
        return refuse(r, "program header %u at offset %" PRIu64 ": %zu bytes in the file for %" PRIu64 " in memory", n,
                      ph, p.bytes, p.size);
    if (!elf_has(&r->e, p.offset, p.bytes))
        return refuse(r, "truncated: program header %u wants %zu bytes from offset %zu, the file has %zu", n, p.bytes,
                      p.offset, r->e.size);
    translate_entry(r, ph);
    return add_piece(r, &p);
}

static int read_elf(struct reader *r)
{
    uint64_t at, each, count;

    if (check_header(r))
        return -1;
    at = elf32(&r->e, EH_PHOFF);
    each = elf16(&r->e, EH_PHENTSIZE);
    count = elf16(&r->e, EH_PHNUM);
    if (!count || each < PH_SIZE)
        return refuse(r, "ELF header: %" PRIu64 " program headers of %" PRIu64 " bytes: nothing to load", count, each);
    if (!elf_has(&r->e, at, count * each))
        return refuse(r, "truncated: program headers want %" PRIu64 " bytes from offset %" PRIu64 ", the file has %zu",
                      count * each, at, r->e.size);
    r->image->entry = elf32(&r->e, EH_ENTRY);
    for (unsigned n = 0; n < count; n++)
        if (read_segment(r, n, at + n * each))
            return -1;
    return r->image->pieces ? 0 : refuse(r, "no segment to load among %" PRIu64 " program headers", count);
}

int image_read(const struct boot *b, struct image *i, char *error, size_t room)
{
    struct reader r = {.name = b->name, .e = {b->image, b->size}, .image = i, .error = error, .room = room};
    int64_t header = multiboot_find(&r.e);
    uint32_t flags = header < 0 ? 0 : elf32(&r.e, (uint64_t)header + MB_FLAGS);

    i->pieces = 0;
    if (flags & MB_DEMANDS & ~MB_KNOWN_DEMANDS)
        return refuse(&r, "Multiboot header at offset %" PRId64 ": flags %#" PRIx32 " demand what is not known here",
                      header, flags);
    return flags & MB_ADDRESSES ? read_addresses(&r, (uint32_t)header) : read_elf(&r);
}
