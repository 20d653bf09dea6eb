/* SPDX-License-Identifier: MIT */
#include "interp/symbols.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "interp/elf.h"

/* A symbol table entry (System V ABI, "Symbol Table"). */
enum { ST_NAME = 0, ST_VALUE = 4, ST_LENGTH = 8, ST_INFO = 12, ST_SHNDX = 14, ST_SIZE = 16 };
enum { STT_NOTYPE = 0, STT_OBJECT = 1, STT_FUNC = 2, STB_LOCAL = 0 };
enum { SHN_UNDEF = 0, SHN_LORESERVE = 0xff00 };
enum { SYMBOLS_MAX = 1 << 20, NAME_MAX_BYTES = 255 };

struct symbols {
    size_t count;
    char *names; /* all of them, one after another */
    struct symbol list[];
};

/* Where the tables lie. */
struct tables {
    struct elf e;
    uint64_t sections, section_size, section_count;
    uint64_t symbols, symbol_count;
    uint64_t strings, strings_size;
};

static bool section_at(const struct tables *t, uint32_t n, uint64_t *at)
{
    *at = t->sections + n * t->section_size;
    return n < t->section_count && elf_has(&t->e, *at, SH_SIZE);
}

/* Finds .symtab and its strings. */
static bool find_tables(struct tables *t)
{
    uint64_t at, strings;

    for (uint32_t n = 0; section_at(t, n, &at); n++) {
        if (elf32(&t->e, at + SH_TYPE) != SHT_SYMTAB || !section_at(t, elf32(&t->e, at + SH_LINK), &strings))
            continue;
        t->symbols = elf32(&t->e, at + SH_OFFSET);
        t->symbol_count = elf32(&t->e, at + SH_LENGTH) / ST_SIZE;
        t->strings = elf32(&t->e, strings + SH_OFFSET);
        t->strings_size = elf32(&t->e, strings + SH_LENGTH);
        return t->symbol_count <= SYMBOLS_MAX && elf_has(&t->e, t->symbols, t->symbol_count * ST_SIZE) &&
               elf_has(&t->e, t->strings, t->strings_size);
    }
    return false;
}

/* The name, if it ends inside its table and every byte can be shown on a terminal. */
static const char *name_at(const struct tables *t, uint32_t offset, size_t *length)
{
    const char *s = (const char *)t->e.image + t->strings + offset;
    size_t n = 0;

    if (offset >= t->strings_size)
        return NULL;
    while (offset + n < t->strings_size && s[n] > ' ' && s[n] < 0x7f)
        n++;
    *length = n;
    return n && n <= NAME_MAX_BYTES && offset + n < t->strings_size && !s[n] ? s : NULL;
}

/* How far a symbol without a size reaches. */
static uint32_t to_section_end(const struct tables *t, uint32_t section, uint32_t addr)
{
    uint64_t at;
    uint32_t start, length;

    if (!section_at(t, section, &at))
        return 0;
    start = elf32(&t->e, at + SH_ADDR);
    length = elf32(&t->e, at + SH_LENGTH);
    return addr >= start && addr - start < length ? length - (addr - start) : 0;
}

/* One entry of the table; `name` is the caller's to keep. False: nothing that names an address. */
static bool read_symbol(const struct tables *t, uint64_t n, struct symbol *s, size_t *length)
{
    uint64_t at = t->symbols + n * ST_SIZE;
    uint32_t section = elf16(&t->e, at + ST_SHNDX), info = elf_number(&t->e, at + ST_INFO, 1);
    unsigned type = info & 15;

    if (section == SHN_UNDEF || section >= SHN_LORESERVE || type > STT_FUNC)
        return false;
    s->name = name_at(t, elf32(&t->e, at + ST_NAME), length);
    s->addr = elf32(&t->e, at + ST_VALUE);
    s->size = elf32(&t->e, at + ST_LENGTH);
    if (!s->size)
        s->size = to_section_end(t, section, s->addr);
    s->rank = (uint8_t)(2 * (STT_FUNC - type) + (info >> 4 == STB_LOCAL));
    return s->name;
}

static int compare(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;

    if (x->addr != y->addr)
        return x->addr < y->addr ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return strcmp(x->name, y->name);
}

static size_t names_size(const struct tables *t, size_t *count)
{
    size_t length, bytes = 0;
    struct symbol s;

    *count = 0;
    for (uint64_t n = 0; n < t->symbol_count; n++)
        if (read_symbol(t, n, &s, &length)) {
            bytes += length + 1;
            ++*count;
        }
    return bytes;
}

static void fill(struct symbols *to, const struct tables *t)
{
    char *name = to->names;
    size_t length;

    for (uint64_t n = 0; n < t->symbol_count; n++) {
        struct symbol s;

        if (!read_symbol(t, n, &s, &length))
            continue;
        memcpy(name, s.name, length + 1);
        s.name = name;
        name += length + 1;
        to->list[to->count++] = s;
    }
    qsort(to->list, to->count, sizeof *to->list, compare);
}

struct symbols *symbols_read(const uint8_t *image, size_t size)
{
    struct tables t = {.e = {image, size}};
    struct symbols *list;
    size_t count, bytes;

    if (!elf_magic(&t.e) || elf_number(&t.e, EH_CLASS, 1) != ELFCLASS32 || elf_number(&t.e, EH_DATA, 1) != ELFDATA2LSB)
        return NULL;
    t.sections = elf32(&t.e, EH_SHOFF);
    t.section_size = elf16(&t.e, EH_SHENTSIZE);
    t.section_count = elf16(&t.e, EH_SHNUM);
    if (t.section_size < SH_SIZE || !find_tables(&t))
        return NULL;
    bytes = names_size(&t, &count);
    if (!count)
        return NULL;
    list = malloc(sizeof *list + count * sizeof *list->list);
    if (!list)
        return NULL;
    list->count = 0;
    list->names = malloc(bytes);
    if (!list->names) {
        free(list);
        return NULL;
    }
    fill(list, &t);
    return list;
}

void symbols_free(struct symbols *t)
{
    if (t)
        free(t->names);
    free(t);
}

size_t symbols_count(const struct symbols *t)
{
    return t ? t->count : 0;
}

const struct symbol *symbols_get(const struct symbols *t, size_t n)
{
    return n < symbols_count(t) ? &t->list[n] : NULL;
}

/* How many symbols lie at or below an address. */
static size_t up_to(const struct symbols *t, uint32_t addr)
{
    size_t low = 0, high = t->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (t->list[middle].addr <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct symbol *symbols_at(const struct symbols *t, uint32_t addr, uint32_t *offset)
{
    size_t n = t ? up_to(t, addr) : 0;
    const struct symbol *s;

    if (!n)
        return NULL;
    s = &t->list[n - 1];
    while (s > t->list && s[-1].addr == s->addr)
        s--;
    if (addr - s->addr >= s->size && addr != s->addr)
        return NULL;
    if (offset)
        *offset = addr - s->addr;
    return s;
}

const struct symbol *symbols_find(const struct symbols *t, const char *name)
{
    for (size_t i = 0; i < symbols_count(t); i++)
        if (!strcmp(t->list[i].name, name))
            return &t->list[i];
    return NULL;
}
