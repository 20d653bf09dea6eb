/* SPDX-License-Identifier: MIT */
#include "interp/loader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "interp/addr.h"
#include "interp/firmware.h"
#include "interp/loader_image.h"
#include "interp/loader_linux.h"
#include "interp/loader_memory.h"
#include "interp/machine.h"

/*
 * Memory as it is laid out:
 *
 *      0 ... 640 KiB   info, tables and strings (from 9000h on, where nothing else lies), and images that are linked there
 *      640 KiB ...     the PC's hole
 *      1 MiB ...       images; modules, page-aligned, behind the last of them
 */
enum { INFO_FIRST = 0x9000, INFO_LIMIT = 0x9f000, LOW_END = FIRMWARE_EBDA, HIGH = LOADER_HIGH };

/* The Multiboot information structure (Multiboot 0.6.96, 3.3), by offset. */
enum {
    MBI_FLAGS = 0,
    MBI_MEM_LOWER = 4,
    MBI_MEM_UPPER = 8,
    MBI_CMDLINE = 16,
    MBI_MODS_COUNT = 20,
    MBI_MODS_ADDR = 24,
    MBI_MMAP_LENGTH = 44,
    MBI_MMAP_ADDR = 48,
    MBI_LOADER_NAME = 64,
    MBI_SIZE = 88
};
enum {
    MBI_HAS_MEM = 1 << 0,
    MBI_HAS_CMDLINE = 1 << 2,
    MBI_HAS_MODS = 1 << 3,
    MBI_HAS_MMAP = 1 << 6,
    MBI_HAS_NAME = 1 << 9
};
enum { MODULE_ENTRY = 16, MMAP_ENTRY = 24, MMAP_RAM = 1, MMAP_RESERVED = 2 };
enum { MULTIBOOT_EAX = 0x2badb002 };

static const char loader_name[] = "ringside";

struct loading {
    struct machine *m;
    const struct boot *b;
    struct image image;
    uint64_t module_at[BOOT_MODULES];
    uint64_t high_end; /* behind the last module */
    uint64_t info, at; /* where the information structure starts, and where in it the next part goes */
    char *error;
    size_t room;
};

/* ---- does it fit? ------------------------------------------------------------------------------------------------ */

static int place_image(struct loading *l)
{
    l->high_end = HIGH;
    for (unsigned i = 0; i < l->image.pieces; i++) {
        const struct piece *p = &l->image.piece[i];

        if (loader_fits(l->m, l->b->name, p->pa, p->pa + p->size, l->error, l->room))
            return -1;
        if (p->pa + p->size > l->high_end)
            l->high_end = p->pa + p->size;
    }
    return 0;
}

static int place_modules(struct loading *l)
{
    if (l->b->modules > BOOT_MODULES) {
        snprintf(l->error, l->room, "%s: %u modules; no more than %d can be loaded", l->b->name, l->b->modules,
                 BOOT_MODULES);
        return -1;
    }
    for (unsigned i = 0; i < l->b->modules; i++) {
        const struct boot_module *mod = &l->b->module[i];
        uint64_t at = (l->high_end + PAGE_OFFSET) & ~(uint64_t)PAGE_OFFSET;

        if (loader_fits(l->m, mod->name, at, at + mod->size, l->error, l->room))
            return -1;
        l->module_at[i] = at;
        l->high_end = at + mod->size;
    }
    return 0;
}

static const char *text(const char *s)
{
    return s ? s : "";
}

/* Bytes of all that belongs to the information structure; every part is rounded up to 4. */
static uint64_t info_size(const struct loading *l)
{
    uint64_t n = MBI_SIZE + 3 * MMAP_ENTRY + sizeof loader_name;

    n += strlen(l->b->name) + strlen(text(l->b->append)) + 2 + 8;
    for (unsigned i = 0; i < l->b->modules; i++)
        n += MODULE_ENTRY + strlen(l->b->module[i].name) + strlen(text(l->b->module[i].append)) + 2 + 4;
    return n;
}

/* The end of a piece that overlaps [at, at + n), or 0. */
static uint64_t obstacle(const struct loading *l, uint64_t at, uint64_t n)
{
    for (unsigned i = 0; i < l->image.pieces; i++) {
        const struct piece *p = &l->image.piece[i];

        if (p->pa < at + n && at < p->pa + p->size)
            return p->pa + p->size;
    }
    return 0;
}

static int place_info(struct loading *l)
{
    uint64_t n = info_size(l), at = INFO_FIRST, limit = l->m->mem < INFO_LIMIT ? l->m->mem : INFO_LIMIT, end;

    while (at + n <= limit && (end = obstacle(l, at, n)))
        at = (end + 15) & ~UINT64_C(15);
    if (at + n > limit) {
        snprintf(l->error, l->room, "%s: no %" PRIu64 " bytes below 640 KiB are left for the Multiboot information",
                 l->b->name, n);
        return -1;
    }
    l->info = at;
    return 0;
}

/* ---- writing: all places were checked ---------------------------------------------------------------------------- */

static void write_image(struct loading *l)
{
    for (unsigned i = 0; i < l->image.pieces; i++) {
        const struct piece *p = &l->image.piece[i];

        machine_write(l->m, p->pa, l->b->image + p->offset, p->bytes);
        loader_zero(l->m, p->pa + p->bytes, p->size - p->bytes);
    }
}

/* Room for the next part of the information. */
static uint32_t take(struct loading *l, uint64_t n)
{
    uint64_t at = l->at;

    l->at += (n + 3) & ~UINT64_C(3);
    return (uint32_t)at;
}

/* "a", or "a b" when b is not NULL. */
static uint32_t write_string(struct loading *l, const char *a, const char *b)
{
    size_t na = strlen(a), nb = b ? strlen(b) + 1 : 0;
    uint32_t at = take(l, na + nb + 1);

    machine_write(l->m, at, a, na);
    if (b) {
        machine_write(l->m, at + na, " ", 1);
        machine_write(l->m, at + na + 1, b, nb - 1);
    }
    machine_write(l->m, at + na + nb, "", 1);
    return at;
}

static void write_modules(struct loading *l)
{
    uint32_t table = take(l, (uint64_t)l->b->modules * MODULE_ENTRY);

    for (unsigned i = 0; i < l->b->modules; i++) {
        const struct boot_module *mod = &l->b->module[i];
        uint32_t entry = table + i * MODULE_ENTRY, start = (uint32_t)l->module_at[i];

        machine_write(l->m, start, mod->data, mod->size);
        loader_poke(l->m, entry, start);
        loader_poke(l->m, entry + 4, (uint32_t)(start + mod->size));
        loader_poke(l->m, entry + 8, write_string(l, mod->name, mod->append && mod->append[0] ? mod->append : NULL));
        loader_poke(l->m, entry + 12, 0);
    }
    loader_poke(l->m, l->info + MBI_MODS_COUNT, l->b->modules);
    loader_poke(l->m, l->info + MBI_MODS_ADDR, table);
}

static void write_mmap_entry(struct loading *l, uint32_t at, uint64_t from, uint64_t to, uint32_t type)
{
    const uint32_t word[] = {
        MMAP_ENTRY - 4, (uint32_t)from, 0, (uint32_t)(to - from), (uint32_t)((to - from) >> 32), type};

    for (unsigned i = 0; i < sizeof word / sizeof *word; i++)
        loader_poke(l->m, at + 4 * i, word[i]);
}

static void write_memory(struct loading *l)
{
    uint64_t mem = l->m->mem, low = mem < LOW_END ? mem : LOW_END;
    unsigned entries = mem > HIGH ? 3 : 2;
    uint32_t at = take(l, (uint64_t)entries * MMAP_ENTRY);

    write_mmap_entry(l, at, 0, low, MMAP_RAM);
    write_mmap_entry(l, at + MMAP_ENTRY, LOW_END, HIGH, MMAP_RESERVED);
    if (mem > HIGH)
        write_mmap_entry(l, at + 2 * MMAP_ENTRY, HIGH, mem, MMAP_RAM);
    loader_poke(l->m, l->info + MBI_MMAP_LENGTH, entries * MMAP_ENTRY);
    loader_poke(l->m, l->info + MBI_MMAP_ADDR, at);
    loader_poke(l->m, l->info + MBI_MEM_LOWER, (uint32_t)(low / 1024));
    loader_poke(l->m, l->info + MBI_MEM_UPPER, mem > HIGH ? (uint32_t)((mem - HIGH) / 1024) : 0);
}

/* The command line is "NAME APPEND", with the blank even when nothing follows: what QEMU's multiboot loader passes. */
static void write_info(struct loading *l)
{
    l->at = l->info;
    take(l, MBI_SIZE);
    loader_zero(l->m, l->info, MBI_SIZE);
    write_memory(l);
    write_modules(l);
    loader_poke(l->m, l->info + MBI_CMDLINE, write_string(l, l->b->name, text(l->b->append)));
    loader_poke(l->m, l->info + MBI_LOADER_NAME, write_string(l, loader_name, NULL));
    loader_poke(l->m, l->info + MBI_FLAGS, MBI_HAS_MEM | MBI_HAS_CMDLINE | MBI_HAS_MODS | MBI_HAS_MMAP | MBI_HAS_NAME);
}

int loader_boot(struct machine *m, const struct boot *b, char *error, size_t room)
{
    struct loading l = {.m = m, .b = b, .error = error, .room = room};

    if (linux_image(b))
        return linux_boot(m, b, error, room);
    if (image_read(b, &l.image, error, room) || place_image(&l) || place_modules(&l) || place_info(&l))
        return -1;
    firmware_leave(m);
    write_image(&l);
    write_info(&l);
    /* The machine's state at entry: Multiboot 0.6.96, 3.2. */
    cpu_reset(&m->cpu, m);
    m->cpu.r[EAX] = MULTIBOOT_EAX;
    m->cpu.r[EBX] = (uint32_t)l.info;
    m->cpu.eip = l.image.entry;
    return 0;
}
