/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "interp/dev/ata.h"

/* Words of IDENTIFY DEVICE (ATA/ATAPI-4, 8.12, table 10). */
enum {
    GENERAL = 0,
    CYLINDERS = 1,
    HEADS = 3,
    SECTORS = 6,
    SERIAL = 10,
    FIRMWARE = 23,
    MODEL = 27,
    MULTIPLE_MAX = 47,
    CAPABILITIES = 49,
    PIO_TIMING = 51,
    VALID = 53,
    CURRENT = 54,
    MULTIPLE = 59,
    CAPACITY = 60,
    PIO_MODES = 64,
    PIO_CYCLE = 67,
    PIO_CYCLE_IORDY = 68,
    MAJOR = 80,
    COMMAND_SETS = 82,
    ENABLED = 85
};
enum { FIXED = 0x0040, LBA = 0x0200, IORDY = 0x0800, CURRENT_AND_TIMING = 0x0003, MULTIPLE_SET = 0x0100 };
enum { MODES_3_AND_4 = 0x0003, MODE_2 = 0x0200, CYCLE_NS = 120, ATA_1_TO_4 = 0x001e };
enum { WORD_IS_THERE = 0x4000, MULTIPLE_SECTORS = 0x8000, CYLINDERS_MAX = 16383 };

static void put(uint8_t *to, unsigned word, uint32_t v)
{
    to[2 * word] = (uint8_t)v;
    to[2 * word + 1] = (uint8_t)(v >> 8);
}

static void put_double(uint8_t *to, unsigned word, uint32_t v)
{
    put(to, word, v);
    put(to, word + 1, v >> 16);
}

/* Text has its first character in the high half of a word, and blanks to its end (8.12.8). */
static void put_text(uint8_t *to, unsigned word, unsigned words, const char *text)
{
    size_t n = strlen(text);

    for (unsigned i = 0; i < 2 * words; i++)
        to[2 * word + (i ^ 1)] = i < n ? (uint8_t)text[i] : ' ';
}

static uint32_t cylinders(uint64_t sectors, unsigned in_cylinder)
{
    uint64_t n = sectors / in_cylinder;

    return n > CYLINDERS_MAX ? CYLINDERS_MAX : (uint32_t)n;
}

static void put_geometry(const struct ata_drive *d, uint8_t *to)
{
    uint32_t n = cylinders(d->disk->sectors, (unsigned)d->heads * d->sectors);

    put(to, CYLINDERS, cylinders(d->disk->sectors, ATA_HEADS * ATA_SECTORS));
    put(to, HEADS, ATA_HEADS);
    put(to, SECTORS, ATA_SECTORS);
    put(to, CURRENT, n);
    put(to, CURRENT + 1, d->heads);
    put(to, CURRENT + 2, d->sectors);
    put_double(to, CURRENT + 3, n * d->heads * d->sectors);
    put_double(to, CAPACITY, (uint32_t)d->disk->sectors);
}

void ata_identify(const struct ata_drive *d, unsigned unit, uint8_t to[SECTOR])
{
    memset(to, 0, SECTOR);
    put(to, GENERAL, FIXED);
    put_geometry(d, to);
    put_text(to, SERIAL, 10, unit ? "RS00000002" : "RS00000001");
    put_text(to, FIRMWARE, 4, "1");
    put_text(to, MODEL, 20, "RINGSIDE DISK");
    put(to, MULTIPLE_MAX, MULTIPLE_SECTORS | ATA_BLOCK);
    put(to, CAPABILITIES, LBA | IORDY);
    put(to, PIO_TIMING, MODE_2);
    put(to, VALID, CURRENT_AND_TIMING);
    put(to, MULTIPLE, d->multiple ? MULTIPLE_SET | d->multiple : 0u);
    put(to, PIO_MODES, MODES_3_AND_4);
    put(to, PIO_CYCLE, CYCLE_NS);
    put(to, PIO_CYCLE_IORDY, CYCLE_NS);
    put(to, MAJOR, ATA_1_TO_4);
    put(to, COMMAND_SETS + 1, WORD_IS_THERE);
    put(to, COMMAND_SETS + 2, WORD_IS_THERE);
    put(to, ENABLED + 2, WORD_IS_THERE);
}
