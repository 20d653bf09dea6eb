/* SPDX-License-Identifier: MIT */
/* The boot loader and the symbol reader: what a guest finds, and images that come from anyone. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "interp/file.h"
#include "interp/loader.h"
#include "interp/machine.h"
#include "interp/symbols.h"

enum { MIB = 1 << 20, IMAGE = 0x1200, MULTIBOOT = 0x54 + 0x20 * 2 };

static struct ram *ram;
static struct machine *m;
static char error[256];

static void power(uint64_t mem)
{
    ram = ram_create((uint32_t)(mem >> 12));
    cr_assert_not_null(ram);
    m = machine_create(
        &(struct machine_config){.ram = ram, .mem = mem, .tlb_sets = 64, .tlb_ways = 4, .cost = &cost_presets[0]});
    cr_assert_not_null(m);
}

static void off(void)
{
    machine_destroy(m);
    ram_destroy(ram);
}

static void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v & 0xffff);
    put16(p + 2, v >> 16);
}

static uint32_t peek(uint64_t pa)
{
    uint32_t v = 0xdeadbeef;

    cr_assert_eq(machine_read(m, pa, &v, sizeof v), 0);
    return v;
}

static const char *peek_string(uint64_t pa)
{
    static char text[256];

    memset(text, 0, sizeof text);
    for (unsigned i = 0; i + 1 < sizeof text; i++) {
        machine_read(m, pa + i, &text[i], 1);
        if (!text[i])
            break;
    }
    return text;
}

static void program_header(uint8_t *p, uint32_t offset, uint32_t vaddr, uint32_t paddr, uint32_t filesz, uint32_t memsz)
{
    const uint32_t field[] = {1, offset, vaddr, paddr, filesz, memsz, 5, 4096};

    for (unsigned i = 0; i < 8; i++)
        put32(p + 4 * i, field[i]);
}

/* Two segments: higher-half code at 1 MiB with the Multiboot header before it, and data with bss at 2 MiB. */
static void make_elf(uint8_t *e)
{
    memset(e, 0, IMAGE);
    memcpy(e, "\x7f\x45LF\1\1\1", 7);
    put16(e + 16, 2), put16(e + 18, 3), put32(e + 20, 1);
    put32(e + 24, 0xc0100010);
    put32(e + 28, 0x34), put32(e + 32, 0x100);
    put16(e + 40, 52), put16(e + 42, 32), put16(e + 44, 2);
    put16(e + 46, 40), put16(e + 48, 4);
    program_header(e + 0x34, 0x80, 0xc0100000, 0x100000, 0x40, 0x40);
    program_header(e + 0x54, 0x1000, 0x200000, 0x200000, 0x200, 0x2300);
    put32(e + 0x80, 0x1badb002), put32(e + 0x84, 3), put32(e + 0x88, 0u - 0x1badb002 - 3);
    memset(e + 0x90, 0x90, 0x30);
    memset(e + 0x1000, 0xda, 0x200);
}

/* Sections: 1 .text at c0100000, 2 symbols, 3 their strings. */
static void add_symbols(uint8_t *e)
{
    static const char strings[] = "\0start\0inner\0table\0evil\033[2J\0same";
    static const struct {
        uint32_t name, value, size;
        uint8_t info;
        uint16_t section;
    } symbol[] = {{0, 0, 0, 0, 0},
                  {7, 0xc0100020, 0, 0x00, 1},    /* inner: a local label */
                  {1, 0xc0100010, 0x10, 0x12, 1}, /* start: a function */
                  {13, 0xc0100030, 4, 0x11, 1},   /* table: data */
                  {19, 0xc0100034, 4, 0x11, 1},   /* a name that would clear the screen */
                  {1, 0x1234, 4, 0x11, 0xfff1},   /* absolute: names no address */
                  {28, 0xc0100010, 0, 0x10, 1},   /* another name of start's address */
                  {0xffffff, 0xc0100038, 4, 0x11, 1}};
    const struct {
        uint32_t type, addr, offset, size, link;
    } section[4] = {{0, 0, 0, 0, 0},
                    {1, 0xc0100000, 0x80, 0x40, 0},
                    {2, 0, 0x300, sizeof symbol / sizeof *symbol * 16, 3},
                    {3, 0, 0x400, sizeof strings, 0}};

    for (unsigned i = 0; i < 4; i++) {
        uint8_t *s = e + 0x100 + 40 * i;

        put32(s + 4, section[i].type), put32(s + 12, section[i].addr), put32(s + 16, section[i].offset);
        put32(s + 20, section[i].size), put32(s + 24, section[i].link);
    }
    for (unsigned i = 0; i < sizeof symbol / sizeof *symbol; i++) {
        uint8_t *s = e + 0x300 + 16 * i;

        put32(s, symbol[i].name), put32(s + 4, symbol[i].value), put32(s + 8, symbol[i].size);
        s[12] = symbol[i].info, put16(s + 14, symbol[i].section);
    }
    memcpy(e + 0x400, strings, sizeof strings);
}

static int boot(const uint8_t *image, size_t size)
{
    error[0] = 0;
    return loader_boot(m, &(struct boot){.name = "k.elf", .image = image, .size = size}, error, sizeof error);
}

/* Refused, with a line that says this. */
#define REFUSED(image_, size_, text_)                                                                                  \
    do {                                                                                                               \
        cr_expect_eq(boot(image_, size_), -1);                                                                         \
        cr_expect(!strncmp(error, "k.elf: ", 7) && strstr(error, text_) && !strchr(error, '\n'), "%s", error);         \
    } while (0)

Test(loader, elf_with_modules)
{
    static uint8_t e[IMAGE], big[10000];
    const struct boot_module modules[] = {{"initrd", "root=1 quiet", big, sizeof big}, {"two", NULL, e, 5}};
    uint32_t info, mods, map;

    power(16 * MIB);
    memset(big, 0x5a, sizeof big);
    memset(ram->bytes + 2 * MIB, 0xff, 3 * MIB); /* what was there before is gone from the bss */
    make_elf(e);
    cr_assert_eq(loader_boot(m,
                             &(struct boot){.name = "build/k.elf",
                                            .image = e,
                                            .size = sizeof e,
                                            .append = "a b=c",
                                            .module = modules,
                                            .modules = 2},
                             error, sizeof error),
                 0, "%s", error);
    cr_expect_eq(m->cpu.r[EAX], 0x2badb002);
    cr_expect_eq(m->cpu.eip, 0x100010, "the entry point is translated to a physical address");
    cr_expect_eq(m->cpu.cr0 & (CR0_PE | CR0_PG), CR0_PE);
    cr_expect_eq(peek(0x100000), 0x1badb002);
    cr_expect_eq(peek(0x2001fc), 0xdadadada);
    for (uint32_t at = 0x200200; at < 0x202300; at += 4)
        cr_assert_eq(peek(at), 0);
    cr_expect_eq(peek(0x202300), 0xffffffff);

    info = m->cpu.r[EBX];
    cr_expect_eq(info, 0x9000);
    cr_expect_eq(peek(info), 0x24d, "memory, command line, modules, memory map, loader name");
    cr_expect_eq(peek(info + 4), 639);
    cr_expect_eq(peek(info + 8), 15 * 1024);
    cr_expect_str_eq(peek_string(peek(info + 16)), "build/k.elf a b=c");
    cr_expect_str_eq(peek_string(peek(info + 64)), "ringside");
    cr_assert_eq(peek(info + 20), 2);
    mods = peek(info + 24);
    cr_expect_eq(peek(mods), 0x203000, "page-aligned, behind the bss");
    cr_expect_eq(peek(mods + 4), 0x203000 + sizeof big);
    cr_expect_str_eq(peek_string(peek(mods + 8)), "initrd root=1 quiet");
    cr_expect_eq(peek(mods + 16), 0x206000);
    cr_expect_eq(peek(mods + 20), 0x206005);
    cr_expect_str_eq(peek_string(peek(mods + 24)), "two");
    cr_expect_eq(peek(0x203000 + sizeof big - 4), 0x5a5a5a5a);
    cr_expect_eq(peek(0x206000), 0x464c457f);
    cr_assert_eq(peek(info + 44), 72);
    map = peek(info + 48);
    for (unsigned i = 0; i < 3; i++) {
        static const uint32_t wanted[3][3] = {{0, 0x9fc00, 1}, {0x9fc00, 0x60400, 2}, {0x100000, 15 * MIB, 1}};

        cr_expect_eq(peek(map + 24 * i), 20);
        cr_expect_eq(peek(map + 24 * i + 4), wanted[i][0]);
        cr_expect_eq(peek(map + 24 * i + 12), wanted[i][1]);
        cr_expect_eq(peek(map + 24 * i + 20), wanted[i][2]);
    }
    cr_expect_eq(boot(e, sizeof e), 0);
    cr_expect_str_eq(peek_string(peek(m->cpu.r[EBX] + 16)), "k.elf ", "QEMU's blank, also without --append");
    off();
}

Test(loader, plain_elf_and_low_images)
{
    static uint8_t e[IMAGE];

    power(4 * MIB);
    make_elf(e);
    put32(e + 0x80, 0);
    cr_expect_eq(boot(e, sizeof e), 0, "no Multiboot header: %s", error);
    cr_expect_eq(m->cpu.eip, 0x100010);
    put32(e + 24, 0x100020);
    cr_expect_eq(boot(e, sizeof e), 0);
    cr_expect_eq(m->cpu.eip, 0x100020, "physical already");
    put32(e + 0x34 + 12, 0x9000);
    cr_expect_eq(boot(e, sizeof e), 0);
    cr_expect_eq(m->cpu.r[EBX], 0x9040, "the information gives way to the image");
    put32(e + 0x54 + 12, 0x1000), put32(e + 0x54 + 20, 0x9f001);
    REFUSED(e, sizeof e, "hole at 0xa0000");
    put32(e + 0x54 + 20, 0x9f000 - 0x1000);
    REFUSED(e, sizeof e, "Multiboot information");
    off();
}

Test(loader, address_fields)
{
    static uint8_t a[0x3000];
    static const uint32_t at = 0x1004;

    power(4 * MIB);
    memset(a, 0x33, sizeof a);
    put32(a + at, 0x1badb002), put32(a + at + 4, 0x10003), put32(a + at + 8, 0u - 0x1badb002 - 0x10003);
    put32(a + at + 12, 0x100004), put32(a + at + 16, 0x100000);
    put32(a + at + 20, 0x101000), put32(a + at + 24, 0x105000), put32(a + at + 28, 0x100040);
    memset(ram->bytes + MIB, 0xff, MIB);
    cr_assert_eq(boot(a, sizeof a), 0, "%s", error);
    cr_expect_eq(m->cpu.eip, 0x100040);
    cr_expect_eq(peek(0x100000), 0x33333333);
    cr_expect_eq(peek(0x100004), 0x1badb002);
    cr_expect_eq(peek(0x100ffc), 0x33333333);
    cr_expect_eq(peek(0x101000), 0);
    cr_expect_eq(peek(0x104ffc), 0);
    cr_expect_eq(peek(0x105000), 0xffffffff);
    put32(a + at + 20, 0), put32(a + at + 24, 0);
    cr_assert_eq(boot(a, sizeof a), 0);
    cr_expect_eq(peek(0x101ffc), 0x33333333, "load_end_addr 0: all of the file");
    put32(a + at + 12, 0x0ffffc);
    REFUSED(a, sizeof a, "does not fit header_addr");
    put32(a + at + 12, 0x101008);
    REFUSED(a, sizeof a, "does not fit header_addr");
    put32(a + at + 12, 0x100004), put32(a + at + 20, 0x0f0000);
    REFUSED(a, sizeof a, "load_end_addr");
    put32(a + at + 20, 0x110000);
    REFUSED(a, sizeof a, "truncated");
    put32(a + at + 20, 0x101000), put32(a + at + 24, 0x100800);
    REFUSED(a, sizeof a, "bss_end_addr");
    put32(a + at + 24, 0xffffffff);
    REFUSED(a, sizeof a, "the machine has 4096 KiB");
    /* The search ends with the first 8192 bytes. */
    memmove(a + 0x1ffc, a + at, 32);
    memset(a, 0, 0x1ffc);
    REFUSED(a, sizeof a, "no Multiboot header");
    off();
}

Test(loader, refusals_say_what_and_where)
{
    static uint8_t e[IMAGE];

    power(4 * MIB);
    make_elf(e);
    e[4] = 2;
    REFUSED(e, sizeof e, "ELF64 image (offset 4: class 1 expected, 2 found): only 32-bit guests");
    e[4] = 1, e[5] = 2;
    REFUSED(e, sizeof e, "offset 5: data encoding 1 expected, 2 found");
    e[5] = 1, e[16] = 3;
    REFUSED(e, sizeof e, "offset 16: type 2 expected, 3 found");
    e[16] = 2, e[18] = 62;
    REFUSED(e, sizeof e, "offset 18: machine 3 expected, 62 found");
    e[18] = 3, e[0] = 0;
    REFUSED(e, sizeof e, "7f 45 4c 46 expected, 00 45 4c 46 found");
    make_elf(e);
    put16(e + 44, 0);
    REFUSED(e, sizeof e, "nothing to load");
    make_elf(e);
    put16(e + 44, 0xffff);
    REFUSED(e, sizeof e, "truncated: program headers want 2097120 bytes");
    make_elf(e);
    put32(e + 0x54 + 16, 0x3000);
    REFUSED(e, sizeof e, "program header 1 at offset 84");
    make_elf(e);
    put32(e + 0x54 + 4, 0xfffffff0);
    REFUSED(e, sizeof e, "truncated: program header 1");
    make_elf(e);
    put32(e + 0x54 + 20, 0x300000);
    REFUSED(e, sizeof e, "needs 5120 KiB of memory, the machine has 4096 KiB");
    put32(e + 0x54 + 20, 0xffffffff);
    REFUSED(e, sizeof e, "needs 4196352 KiB");
    make_elf(e);
    put32(e + 0x84, 0x11), put32(e + 0x88, 0u - 0x1badb002 - 0x11);
    REFUSED(e, sizeof e, "flags 0x11 demand");
    make_elf(e);
    put32(e + 0x34, 2), put32(e + 0x54, 2);
    REFUSED(e, sizeof e, "no segment to load");
    make_elf(e);
    cr_expect_eq(loader_boot(m,
                             &(struct boot){.name = "k.elf",
                                            .image = e,
                                            .size = sizeof e,
                                            .module = &(struct boot_module){"huge.img", NULL, ram->bytes, 2 * MIB},
                                            .modules = 1},
                             error, sizeof error),
                 -1);
    cr_expect_str_eq(error, "huge.img: needs 4108 KiB of memory, the machine has 4096 KiB");
    /* The command line may not be larger than low memory. */
    char *append = malloc(MIB);
    memset(append, 'x', MIB);
    append[MIB - 1] = 0;
    cr_expect_eq(loader_boot(m, &(struct boot){.name = "k.elf", .image = e, .size = sizeof e, .append = append}, error,
                             sizeof error),
                 -1);
    cr_expect_not_null(strstr(error, "below 640 KiB"));
    free(append);
    /* Nothing of all that was written, and a short buffer is respected. */
    for (uint64_t at = 0; at < 4 * MIB; at += 4096)
        if (at < 0xa0000 || at >= MIB)
            cr_assert_eq(peek(at), 0);
    e[4] = 2;
    memset(error, '#', sizeof error);
    cr_expect_eq(loader_boot(m, &(struct boot){.name = "k.elf", .image = e, .size = sizeof e}, error, 10), -1);
    cr_expect_str_eq(error, "k.elf: EL");
    cr_expect_eq(error[10], '#');
    off();
}

Test(loader, truncated_at_every_length_and_flipped_everywhere)
{
    static uint8_t e[IMAGE];
    uint32_t seed = 9;
    unsigned booted = 0;

    power(4 * MIB);
    make_elf(e);
    add_symbols(e);
    for (size_t n = 0; n < sizeof e; n++) {
        uint8_t *exact = malloc(n ? n : 1);

        memcpy(exact, e, n);
        cr_assert_eq(boot(exact, n), -1, "%zu bytes", n);
        cr_assert(strstr(error, "k.elf: ") == error && !strchr(error, '\n'));
        symbols_free(symbols_read(exact, n));
        free(exact);
    }
    for (unsigned i = 0; i < 40000; i++) {
        uint8_t *copy = malloc(sizeof e);

        memcpy(copy, e, sizeof e);
        for (unsigned k = 0; k <= i % 3; k++) {
            seed = seed * 1664525 + 1013904223;
            copy[(seed >> 8) % 0x420] = seed >> 31 ? 0xff : (uint8_t)(seed >> 20);
        }
        booted += !boot(copy, sizeof e);
        symbols_free(symbols_read(copy, sizeof e));
        free(copy);
    }
    cr_expect_gt(booted, 1000, "most single bytes do not matter");
    off();
}

Test(symbols, found_by_address_and_by_name)
{
    static uint8_t e[IMAGE];
    struct symbols *t;
    uint32_t offset = 99;

    make_elf(e);
    cr_expect_null(symbols_read(e, sizeof e), "no tables");
    add_symbols(e);
    t = symbols_read(e, sizeof e);
    cr_assert_not_null(t);
    memset(e, 0xff, sizeof e); /* the image is not needed any more */
    cr_expect_eq(symbols_count(t), 4);
    cr_expect_str_eq(symbols_get(t, 0)->name, "start", "functions before labels of the same address");
    cr_expect_null(symbols_get(t, 4));
    cr_expect_null(symbols_at(t, 0xc010000f, &offset));
    cr_expect_str_eq(symbols_at(t, 0xc0100010, &offset)->name, "start");
    cr_expect_eq(offset, 0);
    cr_expect_str_eq(symbols_at(t, 0xc010001f, &offset)->name, "start");
    cr_expect_eq(offset, 15);
    cr_expect_str_eq(symbols_at(t, 0xc0100021, NULL)->name, "inner");
    cr_expect_str_eq(symbols_at(t, 0xc0100033, &offset)->name, "table");
    cr_expect_null(symbols_at(t, 0xc0100034, &offset), "past the end of a symbol that has one");
    cr_expect_null(symbols_at(t, 0xffffffff, &offset));
    cr_expect_eq(symbols_find(t, "inner")->addr, 0xc0100020);
    cr_expect_eq(symbols_find(t, "inner")->size, 0x20, "to the end of its section");
    cr_expect_not_null(symbols_find(t, "same"));
    cr_expect_null(symbols_find(t, "evil"));
    symbols_free(t);
    cr_expect_null(symbols_at(NULL, 0, &offset));
    cr_expect_null(symbols_find(NULL, "x"));
    cr_expect_eq(symbols_count(NULL), 0);
    symbols_free(NULL);
}

Test(file, reads_or_says_why)
{
    char path[] = "/tmp/ringside-file-XXXXXX";
    int fd = mkstemp(path);
    uint8_t *data, *big = malloc(300000);
    size_t size;

    cr_assert_geq(fd, 0);
    cr_expect_eq(file_read(path, &data, &size, error, sizeof error), -1);
    cr_expect_not_null(strstr(error, "the file is empty"));
    cr_expect_null(data);
    for (unsigned i = 0; i < 300000; i++)
        big[i] = (uint8_t)(i * 7 >> 3);
    cr_assert_eq(write(fd, big, 300000), 300000);
    close(fd);
    cr_expect_eq(file_read(path, &data, &size, error, sizeof error), 0);
    cr_assert_eq(size, 300000);
    cr_expect_arr_eq(data, big, size);
    free(data);
    free(big);
    unlink(path);
    cr_expect_eq(file_read(path, &data, &size, error, sizeof error), -1);
    cr_expect(strstr(error, path) == error && strstr(error, ": "), "%s", error);
    cr_expect_eq(file_read("/tmp", &data, &size, error, sizeof error), -1);
    cr_expect_str_eq(error, "/tmp: is a directory");
}
