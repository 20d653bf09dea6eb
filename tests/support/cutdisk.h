/* SPDX-License-Identifier: MIT */
/* A disk in memory for Bantam's file system that remembers what was written when, fails on demand, and can lose power. */
#ifndef CUTDISK_H
#define CUTDISK_H

#include "guests/bantam/tools/tools.h"

struct write_event {
    uint32_t block; /* FLUSH: no write */
    uint32_t mark;  /* cutdisk.mark when it happened */
    uint8_t data[BLOCK_SIZE];
};
enum { FLUSH = UINT32_MAX, SECTOR = 512 };

struct cutdisk {
    struct blockdev disk;
    uint8_t *data;
    struct write_event *event;
    uint32_t events, room, mark;
    int recording;
    long reads_left, writes_left; /* before all fail; negative: never */
};

/* Zeros; or a copy of `from`. */
void cutdisk_init(struct cutdisk *d, uint32_t blocks);
void cutdisk_copy(struct cutdisk *d, const struct cutdisk *from);
void cutdisk_free(struct cutdisk *d);

/* Writes event's sectors of `mask` (bit 0 the first half) to the disk. */
void cutdisk_apply(struct cutdisk *d, const struct write_event *e, unsigned mask);

#endif
