/* SPDX-License-Identifier: MIT */
/*
 * What a PC's firmware leaves: the BIOS data area (IBM BIOS Interface Technical Reference), CMOS memory (PC/AT Technical
 * Reference), the MP table (MultiProcessor Specification 1.4, chapter 4).
 */
#include <criterion/criterion.h>
#include <string.h>

#include "interp/dev/disk.h"
#include "interp/firmware.h"
#include "interp/machine.h"

static uint8_t low[0x100000];

static struct machine *booted(struct disk *disk, uint64_t mem)
{
    struct ram *ram = ram_create((uint32_t)(mem >> 12));
    const struct machine_config k = {
        .ram = ram, .mem = mem, .tlb_sets = 64, .tlb_ways = 4, .cost = &cost_presets[0], .disk = {disk, NULL}};
    struct machine *m = machine_create(&k);

    cr_assert_not_null(m);
    firmware_leave(m);
    cr_assert_eq(machine_read(m, 0, low, 0xa0000), 0);
    cr_assert_eq(machine_read(m, 0xb8000, low + 0xb8000, 0x8000), 0);
    return m;
}

static void destroy(struct machine *m)
{
    struct ram *ram = m->ram;

    machine_destroy(m);
    ram_destroy(ram);
}

static unsigned word(unsigned at)
{
    return low[at] | (unsigned)low[at + 1] << 8;
}

static uint8_t cmos(struct machine *m, unsigned at)
{
    bus_out(&m->bus, 0x70, 1, at);
    return (uint8_t)bus_in(&m->bus, 0x71, 1);
}

static unsigned cmos_word(struct machine *m, unsigned at)
{
    return cmos(m, at) | (unsigned)cmos(m, at + 1) << 8;
}

Test(firmware, data_area_and_screen)
{
    struct disk disk = {.sectors = 4 * 16 * 63};

    destroy(booted(&disk, 4 << 20));
    cr_expect(word(0x400) == 0x3f8 && word(0x402) == 0 && word(0x408) == 0x378 && word(0x40a) == 0);
    cr_expect_eq(word(0x40e), 0x9fc0, "EBDA");
    cr_expect_eq(word(0x410) & 0x4eff, 0x4220, "80x25, one serial port, one printer, no coprocessor");
    cr_expect_eq(word(0x413), 639);
    cr_expect(low[0x449] == 3 && word(0x44a) == 80 && word(0x463) == 0x3d4 && low[0x484] == 24 && low[0x485] == 16);
    cr_expect(word(0x41a) == word(0x41c) && word(0x41a) == word(0x480), "an empty buffer");
    cr_expect_eq(low[0x475], 1, "one disk");
    cr_expect_eq(low[0x9fc00], 1, "the EBDA's size in KiB");
    for (unsigned at = 0xb8000; at < 0xc0000; at += 2)
        cr_assert_eq(word(at), 0x0720);
}

Test(firmware, cmos_tells_of_memory_and_disks)
{
    static const struct {
        uint64_t mib;
        unsigned extended, above16;
    } size[] = {{1, 0, 0}, {4, 3072, 0}, {16, 15360, 0}, {64, 64512, 768}, {65, 65535, 784}, {512, 65535, 7936}};
    struct disk disk = {.sectors = 4 * 16 * 63};

    for (unsigned i = 0; i < sizeof size / sizeof *size; i++) {
        struct machine *m = booted(NULL, size[i].mib << 20);
        unsigned sum = 0;

        cr_expect_eq(cmos_word(m, 0x15), 640);
        cr_expect_eq(cmos_word(m, 0x17), size[i].extended);
        cr_expect_eq(cmos_word(m, 0x30), size[i].extended);
        cr_expect_eq(cmos_word(m, 0x34), size[i].above16);
        cr_expect_eq(cmos(m, 0x12), 0);
        for (unsigned at = 0x10; at < 0x2e; at++)
            sum += cmos(m, at);
        cr_expect_eq((unsigned)(cmos(m, 0x2e) << 8 | cmos(m, 0x2f)), sum);
        destroy(m);
    }
    struct machine *m = booted(&disk, 4 << 20);

    cr_expect(cmos(m, 0x12) == 0xf0 && cmos(m, 0x19) == 47 && cmos(m, 0x1a) == 0);
    cr_expect(cmos_word(m, 0x1b) == 4 && cmos(m, 0x1d) == 16 && cmos(m, 0x23) == 63);
    destroy(m);
}

static void sums_to_zero(unsigned at, unsigned n)
{
    uint8_t sum = 0;

    for (unsigned i = 0; i < n; i++)
        sum += low[at + i];
    cr_expect_eq(sum, 0, "%x", at);
}

Test(firmware, mp_table)
{
    static const unsigned entry_size[] = {20, 8, 8, 8, 8};
    unsigned pointer = 0x9fc10, table, at, count[5] = {0}, inputs = 0;

    destroy(booted(NULL, 4 << 20));
    cr_assert_eq(memcmp(low + pointer, "_MP_", 4), 0);
    cr_expect(low[pointer + 8] == 1 && low[pointer + 9] == 4 && low[pointer + 11] == 0);
    sums_to_zero(pointer, 16);
    table = word(pointer + 4) | word(pointer + 6) << 16;
    cr_assert_eq(memcmp(low + table, "PCMP", 4), 0);
    cr_assert_leq(table + word(table + 4), 0xa0000, "it ends in the EBDA");
    sums_to_zero(table, word(table + 4));
    at = table + 44;
    for (unsigned n = word(table + 34); n; n--) {
        cr_assert_leq(low[at], 4);
        count[low[at]]++;
        if (low[at] == 0)
            cr_expect(low[at + 3] == 3 && (low[at + 9] & 2), "enabled, the boot processor; features have an APIC");
        if (low[at] == 3) {
            cr_expect_eq(low[at + 7], low[at + 5] ? low[at + 5] : 2);
            inputs |= 1u << low[at + 7];
        }
        at += entry_size[low[at]];
    }
    cr_expect_eq(at, table + word(table + 4), "the entries fill it");
    cr_expect(count[0] == 1 && count[1] == 2 && count[2] == 1 && count[3] == 15 && count[4] == 2);
    cr_expect_eq(inputs, 0xfffe);
}
