/* SPDX-License-Identifier: MIT */
/*
 * The primary ATA channel of a PC (ATA/ATAPI-4, T13/1153D rev 18) with up to two disks: ports 1F0h to 1F7h and 3F6h, IRQ 14,
 * PIO only. Both drives take what is written to the registers; the one that DEV selects answers.
 *
 *      command ──> BSY ──time──> DRQ, INTRQ <──data register──> block done ──> BSY ... or idle
 *
 * A block is one sector, or with READ and WRITE MULTIPLE as many as were set. Time on the disk is short and always the same.
 */
#ifndef INTERP_DEV_ATA_H
#define INTERP_DEV_ATA_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/clock.h"
#include "interp/dev/disk.h"

struct dev_host;
struct state;

enum { ATA_DATA = 0x1f0, ATA_COMMAND = 0x1f7, ATA_CONTROL = 0x3f6, ATA_IRQ = 14 };
enum { ATA_DRIVES = 2, ATA_BLOCK = 16 }; /* sectors in a block, at most */

/* Registers of the command block, by offset from ATA_DATA. */
enum { ATA_ERROR = 1, ATA_COUNT, ATA_LBA0, ATA_LBA1, ATA_LBA2, ATA_DEVICE, ATA_STATUS, ATA_REGISTERS };
enum { ATA_FEATURES = ATA_ERROR }; /* the same one, written */

struct ata_drive {
    struct disk *disk; /* NULL: there is none */
    uint8_t reg[ATA_REGISTERS];
    uint8_t features;
    uint8_t multiple;       /* sectors of a block of READ MULTIPLE; 0: not set */
    uint8_t heads, sectors; /* the geometry in use (INITIALIZE DEVICE PARAMETERS) */
    bool irq;               /* INTRQ, which only shows while the drive is selected */
};

enum ata_phase { ATA_IDLE, ATA_NO_DATA, ATA_IN, ATA_OUT, ATA_RESET, ATA_DIAGNOSE };

struct ata {
    struct ata_drive drive[ATA_DRIVES];
    uint8_t control; /* the device control register */
    /* The command that runs. */
    uint8_t active;      /* on which drive */
    uint8_t phase;       /* enum ata_phase */
    uint8_t block;       /* sectors a block */
    uint32_t lba;        /* the next sector, */
    uint16_t left;       /* and how many more are to be moved between disk and buffer */
    uint16_t at, filled; /* bytes of the buffer that the host has moved, of how many */
    uint8_t buffer[ATA_BLOCK * SECTOR];
    bool line;
    struct timer timer;
    const struct dev_host *host;
};

/* As after power-on and a diagnosis that found nothing; disks are the host's. */
void ata_init(struct ata *a, const struct dev_host *host);
void ata_state(struct state *s, struct ata *a);

/* Ports ATA_DATA + 1 to 7, and ATA_CONTROL. */
uint8_t ata_in(void *ata, uint16_t port);
void ata_out(void *ata, uint16_t port, uint8_t value);
/* The data register: words, two at once in a double word. A byte is the low half of a word. */
uint8_t ata_data_in(void *ata, uint16_t port);
void ata_data_out(void *ata, uint16_t port, uint8_t value);
uint32_t ata_data_in_wide(void *ata, uint16_t port, unsigned size);
void ata_data_out_wide(void *ata, uint16_t port, unsigned size, uint32_t value);

/* ata_identify.c: what IDENTIFY DEVICE answers; `unit` is part of the serial number. */
void ata_identify(const struct ata_drive *d, unsigned unit, uint8_t to[SECTOR]);
/* The geometry that a drive starts with: 16 heads, 63 sectors. */
enum { ATA_HEADS = 16, ATA_SECTORS = 63 };

#endif
