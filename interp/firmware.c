/* SPDX-License-Identifier: MIT */
#include "interp/firmware.h"

#include <stddef.h>

#include "interp/dev/disk.h"
#include "interp/machine.h"

/* ---- the BIOS data area (IBM PS/2 and PC BIOS Interface Technical Reference, "Data Areas"), by absolute address ---- */

static void put(struct machine *m, uint32_t at, unsigned size, uint32_t v)
{
    const uint8_t bytes[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};

    (void)machine_write(m, at, bytes, size);
}

/* Equipment: no diskette, no coprocessor, 80x25 in colour, one serial and one parallel port. */
enum { EQUIPMENT = 0x4220 };

static const struct field {
    uint16_t at;
    uint8_t size;
    uint16_t value;
} bda_fields[] = {
    {0x400, 2, UART_PORT},
    {0x408, 2, LPT_PORT},
    {0x40e, 2, FIRMWARE_EBDA >> 4},
    {0x410, 2, EQUIPMENT},
    {0x413, 2, FIRMWARE_EBDA / 1024}, /* base memory in KiB */
    {0x41a, 2, 0x1e},                 /* the keyboard's buffer: head, tail, */
    {0x41c, 2, 0x1e},
    {0x449, 1, 3}, /* video mode, columns, bytes of a page, */
    {0x44a, 2, VGA_COLUMNS},
    {0x44c, 2, 0x1000},
    {0x460, 2, 0x0d0e}, /* the cursor's lines, */
    {0x463, 2, 0x3d4},  /* and where the CRTC is */
    {0x465, 1, 0x29},
    {0x466, 1, 0x30},
    {0x480, 2, 0x1e}, /* start and end of the keyboard's buffer */
    {0x482, 2, 0x3e},
    {0x484, 1, VGA_ROWS - 1},
    {0x485, 2, 16},   /* lines of a character */
    {0x496, 1, 0x10}, /* a keyboard with 101 keys */
};

static unsigned disks(const struct machine *m)
{
    unsigned n = 0;

    for (unsigned i = 0; i < DISKS; i++)
        n += m->disk[i] != NULL;
    return n;
}

static void write_bda(struct machine *m)
{
    for (unsigned i = 0; i < sizeof bda_fields / sizeof *bda_fields; i++)
        put(m, bda_fields[i].at, bda_fields[i].size, bda_fields[i].value);
    put(m, 0x475, 1, disks(m));
}

static void blank_screen(struct machine *m)
{
    enum { BLANK = 0x0720 };

    for (uint32_t at = VGA_TEXT; at < VGA_TEXT + VGA_TEXT_SIZE; at += 4)
        put(m, at, 4, BLANK << 16 | BLANK);
}

/* ---- CMOS memory (PC/AT Technical Reference, "CMOS RAM Address Map"; 30h and on as on every PC since) ---- */

enum {
    CMOS_DISKS = 0x12,
    CMOS_EQUIPMENT = 0x14,
    CMOS_BASE = 0x15,
    CMOS_EXTENDED = 0x17,
    CMOS_TYPE = 0x19,
    CMOS_GEOMETRY = 0x1b,
    CMOS_GEOMETRY_SIZE = 9,
    CMOS_SUM_FIRST = 0x10,
    CMOS_SUM = 0x2e,
    CMOS_EXTENDED_FOUND = 0x30,
    CMOS_ABOVE_16M = 0x34
};
enum { DISK_TYPE_OWN = 47, DISK_TYPE_ABOVE = 15 };

/* A word; numbers that are too large become the largest. */
static void cmos_word(struct machine *m, unsigned at, uint64_t v)
{
    if (v > 0xffff)
        v = 0xffff;
    rtc_memory(&m->pc.rtc, at, (uint8_t)v);
    rtc_memory(&m->pc.rtc, at + 1, (uint8_t)(v >> 8));
}

/* A disk of type 47 has its geometry here: cylinders, heads, -1, control byte, landing zone, sectors. */
static void cmos_disk(struct machine *m, unsigned unit)
{
    struct rtc *r = &m->pc.rtc;
    unsigned at = CMOS_GEOMETRY + unit * CMOS_GEOMETRY_SIZE;
    uint64_t cylinders = m->disk[unit]->sectors / (ATA_HEADS * ATA_SECTORS);

    rtc_memory(r, CMOS_TYPE + unit, DISK_TYPE_OWN);
    cmos_word(m, at, cylinders);
    rtc_memory(r, at + 2, ATA_HEADS);
    cmos_word(m, at + 3, 0xffff);
    rtc_memory(r, at + 5, 0xc0);
    cmos_word(m, at + 6, cylinders);
    rtc_memory(r, at + 8, ATA_SECTORS);
}

static void write_cmos(struct machine *m)
{
    enum { MIB = 1 << 20 };
    uint64_t above = m->mem > MIB ? m->mem - MIB : 0, above16 = m->mem > 16 * MIB ? m->mem - 16 * MIB : 0;
    unsigned types = 0, sum = 0;

    for (unsigned i = 0; i < DISKS; i++)
        if (m->disk[i]) {
            cmos_disk(m, i);
            types |= DISK_TYPE_ABOVE << (i ? 0 : 4);
        }
    rtc_memory(&m->pc.rtc, CMOS_DISKS, (uint8_t)types);
    rtc_memory(&m->pc.rtc, CMOS_EQUIPMENT, (uint8_t)EQUIPMENT);
    cmos_word(m, CMOS_BASE, 640);
    cmos_word(m, CMOS_EXTENDED, above / 1024);
    cmos_word(m, CMOS_EXTENDED_FOUND, above / 1024);
    cmos_word(m, CMOS_ABOVE_16M, above16 / 65536);
    for (unsigned i = CMOS_SUM_FIRST; i < CMOS_SUM; i++)
        sum += m->pc.rtc.reg[i];
    rtc_memory(&m->pc.rtc, CMOS_SUM, (uint8_t)(sum >> 8));
    rtc_memory(&m->pc.rtc, CMOS_SUM + 1, (uint8_t)sum);
}

void firmware_leave(struct machine *m)
{
    write_bda(m);
    put(m, FIRMWARE_EBDA, 1, (FIRMWARE_EBDA_END - FIRMWARE_EBDA) / 1024);
    mptable_write(m, FIRMWARE_EBDA + 16);
    blank_screen(m);
    write_cmos(m);
}
