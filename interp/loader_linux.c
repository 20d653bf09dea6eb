/* SPDX-License-Identifier: MIT */
#include "interp/loader_linux.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "interp/addr.h"
#include "interp/elf.h"
#include "interp/firmware.h"
#include "interp/loader.h"
#include "interp/loader_memory.h"
#include "interp/machine.h"
#include "interp/segment.h"

/* The setup header, by offset in the image (boot.rst, "The Real-Mode Kernel Header"). */
enum {
    SETUP_SECTS = 0x1f1,
    BOOT_FLAG = 0x1fe,
    HEADER_END = 0x201, /* distance to it, from 202h */
    HEADER = 0x202,
    VERSION = 0x206,
    LOADER_TYPE = 0x210,
    LOADFLAGS = 0x211,
    CODE32_START = 0x214,
    RAMDISK = 0x218,
    RAMDISK_SIZE = 0x21c,
    CMD_LINE_PTR = 0x228,
    INITRD_MAX = 0x22c,
    CMDLINE_SIZE = 0x238,
    INIT_SIZE = 0x260,
    HEADER_MAX = 0x290
};
enum { BOOT_FLAG_VALUE = 0xaa55, LOADED_HIGH = 1, LOADER_UNKNOWN = 0xff, SECTS_DEFAULT = 4, SECTOR_SIZE = 512 };
/* Versions from which a field is there. 2.02 is the first with a command line that is not in real mode's reach. */
enum { V2_02 = 0x202, V2_03 = 0x203, V2_06 = 0x206, V2_10 = 0x20a };
enum { CMDLINE_OLD = 255, CMDLINE_MAX = 4096 };
#define INITRD_MAX_OLD 0x37ffffffu
static const uint32_t MAGIC = 0x53726448; /* "HdrS" */

/* struct boot_params, the "zero page", by offset (Documentation/arch/x86/zero-page.rst). */
enum { EXT_MEM_K = 0x002, VIDEO_MODE = 0x006, VIDEO_COLUMNS = 0x007, VIDEO_LINES = 0x00e, VIDEO_VGA = 0x00f };
enum { VIDEO_POINTS = 0x010, ALT_MEM_K = 0x1e0, E820_ENTRIES = 0x1e8, SETUP_HEADER = 0x1f1, E820_TABLE = 0x2d0 };
enum { E820_SIZE = 20, E820_RAM = 1, E820_RESERVED = 2 };

/* Where things go: below 640 KiB nothing of the image lies. */
enum { PARAMS = 0x90000, PARAMS_SIZE = 0x1000, GDT = 0x91000, CMDLINE = 0x92000, STACK = 0x90000 };
/* The selectors that the protocol wants: __BOOT_CS and __BOOT_DS. */
enum { BOOT_CS = 0x10, BOOT_DS = 0x18, GDT_ENTRIES = 4 };

struct linux {
    struct machine *m;
    const struct boot *b;
    struct elf e; /* the image, read with checked offsets */
    unsigned version;
    uint64_t payload, payload_size; /* the protected-mode kernel in the image */
    uint64_t entry, initrd;
    char *error;
    size_t room;
};

static int refuse(struct linux *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int refuse(struct linux *l, const char *fmt, ...)
{
    int n = snprintf(l->error, l->room, "%s: ", l->b->name);
    va_list args;

    va_start(args, fmt);
    if (n >= 0 && (size_t)n < l->room)
        vsnprintf(l->error + n, l->room - (size_t)n, fmt, args);
    va_end(args);
    return -1;
}

bool linux_image(const struct boot *b)
{
    const struct elf e = {b->image, b->size};

    return elf16(&e, BOOT_FLAG) == BOOT_FLAG_VALUE && elf32(&e, HEADER) == MAGIC;
}

/* A field, or what stands for it in headers that are older than it. */
static uint32_t field(const struct linux *l, unsigned at, unsigned since, uint32_t otherwise)
{
    return l->version >= since ? elf32(&l->e, at) : otherwise;
}

static int read_header(struct linux *l)
{
    unsigned sects = elf_number(&l->e, SETUP_SECTS, 1);

    l->version = elf16(&l->e, VERSION);
    if (l->version < V2_02)
        return refuse(l, "a Linux kernel with boot protocol %u.%02u; 2.02 or later can be booted", l->version >> 8,
                      l->version & 0xff);
    if (!(elf_number(&l->e, LOADFLAGS, 1) & LOADED_HIGH))
        return refuse(l, "a Linux kernel that wants to be loaded below 640 KiB (zImage): only bzImages can be booted");
    l->payload = (uint64_t)((sects ? sects : SECTS_DEFAULT) + 1) * SECTOR_SIZE;
    if (!elf_has(&l->e, l->payload, 1))
        return refuse(l, "truncated: the kernel begins at offset %" PRIu64 ", the file has %zu bytes", l->payload,
                      l->e.size);
    l->payload_size = l->e.size - l->payload;
    l->entry = elf32(&l->e, CODE32_START);
    if (l->entry < LOADER_HIGH || l->entry - LOADER_HIGH >= l->payload_size)
        return refuse(l, "the kernel's entry %#" PRIx64 " lies outside of it", l->entry);
    return 0;
}

/* The kernel unpacks itself in init_size bytes; the RAM disk lies behind them. */
static int place(struct linux *l)
{
    uint64_t size = field(l, INIT_SIZE, V2_10, 0), end, max = field(l, INITRD_MAX, V2_03, INITRD_MAX_OLD);
    uint32_t line = field(l, CMDLINE_SIZE, V2_06, CMDLINE_OLD);
    const struct boot_module *ramdisk = l->b->module;

    end = LOADER_HIGH + (size > l->payload_size ? size : l->payload_size);
    if (loader_fits(l->m, l->b->name, LOADER_HIGH, end, l->error, l->room))
        return -1;
    if (l->b->append && strlen(l->b->append) > (line < CMDLINE_MAX ? line : CMDLINE_MAX))
        return refuse(l, "a command line of %zu characters; the kernel takes %" PRIu32, strlen(l->b->append), line);
    if (l->b->modules > 1)
        return refuse(l, "%u modules; a Linux kernel takes one, its RAM disk", l->b->modules);
    if (!l->b->modules)
        return 0;
    l->initrd = (end + PAGE_OFFSET) & ~(uint64_t)PAGE_OFFSET;
    if (l->initrd + ramdisk->size - 1 > max)
        return refuse(l, "%s: ends above %#" PRIx64 ", where the kernel cannot have it", ramdisk->name, max);
    return loader_fits(l->m, ramdisk->name, l->initrd, l->initrd + ramdisk->size, l->error, l->room);
}

static void poke(struct linux *l, unsigned at, unsigned size, uint32_t v)
{
    const uint8_t bytes[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};

    machine_write(l->m, PARAMS + at, bytes, size);
}

static void write_e820(struct linux *l)
{
    const uint64_t mem = l->m->mem;
    const struct {
        uint64_t from, to;
        uint32_t type;
    } range[] = {
        {0, FIRMWARE_EBDA, E820_RAM}, {FIRMWARE_EBDA, LOADER_HIGH, E820_RESERVED}, {LOADER_HIGH, mem, E820_RAM}};

    for (unsigned i = 0; i < sizeof range / sizeof *range; i++) {
        unsigned at = E820_TABLE + i * E820_SIZE;

        poke(l, at, 4, (uint32_t)range[i].from);
        poke(l, at + 8, 4, (uint32_t)(range[i].to - range[i].from));
        poke(l, at + 16, 4, range[i].type);
    }
    poke(l, E820_ENTRIES, 1, sizeof range / sizeof *range);
}

/* The zero page: the image's own header, and what a boot loader fills in. */
static void write_params(struct linux *l)
{
    uint64_t end = HEADER + elf_number(&l->e, HEADER_END, 1), above = (l->m->mem - LOADER_HIGH) / 1024;
    const char *line = l->b->append ? l->b->append : "";

    end = end > HEADER_MAX ? HEADER_MAX : end;
    loader_zero(l->m, PARAMS, PARAMS_SIZE);
    machine_write(l->m, PARAMS + SETUP_HEADER, l->e.image + SETUP_HEADER, (size_t)(end - SETUP_HEADER));
    poke(l, VIDEO_MODE, 1, 3);
    poke(l, VIDEO_COLUMNS, 1, VGA_COLUMNS);
    poke(l, VIDEO_LINES, 1, VGA_ROWS);
    poke(l, VIDEO_VGA, 1, 1);
    poke(l, VIDEO_POINTS, 2, 16);
    poke(l, EXT_MEM_K, 2, above < 0xffff ? (uint32_t)above : 0xffff);
    poke(l, ALT_MEM_K, 4, (uint32_t)above);
    write_e820(l);
    poke(l, LOADER_TYPE, 1, LOADER_UNKNOWN);
    poke(l, CMD_LINE_PTR, 4, CMDLINE);
    machine_write(l->m, CMDLINE, line, strlen(line) + 1);
    if (l->b->modules) {
        poke(l, RAMDISK, 4, (uint32_t)l->initrd);
        poke(l, RAMDISK_SIZE, 4, (uint32_t)l->b->module->size);
    }
}

/* "A GDT must be loaded with the descriptors for selectors __BOOT_CS and __BOOT_DS": flat, 4 GiB. */
static void enter(struct linux *l)
{
    const struct desc code = {0x0000ffff, 0x00cf9b00, 0}, data = {0x0000ffff, 0x00cf9300, 0};
    struct cpu *c = &l->m->cpu;

    loader_zero(l->m, GDT, GDT_ENTRIES * 8);
    loader_poke(l->m, GDT + BOOT_CS, code.lo);
    loader_poke(l->m, GDT + BOOT_CS + 4, code.hi);
    loader_poke(l->m, GDT + BOOT_DS, data.lo);
    loader_poke(l->m, GDT + BOOT_DS + 4, data.hi);
    cpu_reset(c, l->m);
    c->gdtr = (struct dtr){GDT, GDT_ENTRIES * 8 - 1};
    for (unsigned s = 0; s < SEGS; s++)
        segment_fill(c, s, s == CS ? BOOT_CS : BOOT_DS, s == CS ? &code : &data);
    c->r[ESI] = PARAMS;
    c->r[ESP] = STACK;
    c->eip = (uint32_t)l->entry;
    cpu_refresh(c);
}

int linux_boot(struct machine *m, const struct boot *b, char *error, size_t room)
{
    struct linux l = {.m = m, .b = b, .e = {b->image, b->size}, .error = error, .room = room};

    if (read_header(&l) || place(&l))
        return -1;
    firmware_leave(m);
    machine_write(m, LOADER_HIGH, b->image + l.payload, (size_t)l.payload_size);
    if (b->modules)
        machine_write(m, l.initrd, b->module->data, b->module->size);
    write_params(&l);
    enter(&l);
    return 0;
}
