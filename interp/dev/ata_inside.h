/* SPDX-License-Identifier: MIT */
/* What ata.c (the channel and its registers) and ata_command.c (what drives do) know of each other. */
#ifndef INTERP_DEV_ATA_INSIDE_H
#define INTERP_DEV_ATA_INSIDE_H

#include "interp/dev/ata.h"

/* Status, error and device register (ATA/ATAPI-4, 7.15, 7.9, 7.10). */
enum { BSY = 0x80, DRDY = 0x40, DF = 0x20, DSC = 0x10, DRQ = 0x08, ERR = 0x01, READY = DRDY | DSC };
enum { ABRT = 0x04, IDNF = 0x10, UNC = 0x40, DIAGNOSED = 0x01 };
enum { DEV = 0x10, DEVICE_LBA = 0x40, DEVICE_ONES = 0xa0, LBA_HIGH = 0x0f };
/* Microseconds until a command has its first block or its end, and from block to block; ours. */
enum { COMMAND_US = 100, BLOCK_US = 10 };

/* The active drive's status, its INTRQ, and the phase that comes when time has passed. */
void ata_interrupt(struct ata *a);
void ata_busy(struct ata *a, enum ata_phase phase, unsigned us);
void ata_idle(struct ata *a, uint8_t status);
/* The buffer is the host's to move, `bytes` of it. */
void ata_offer(struct ata *a, unsigned bytes);

/* A command for the active drive, which has a disk. */
void ata_execute(struct ata *a, uint8_t opcode);
/* The disk has had its time: the next block of a transfer. */
void ata_next_in(struct ata *a);
void ata_next_out(struct ata *a);

#endif
