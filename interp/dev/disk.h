/* SPDX-License-Identifier: MIT */
/* A disk as a drive sees its surface: sectors that can be read and written. Who made it owns it. */
#ifndef INTERP_DEV_DISK_H
#define INTERP_DEV_DISK_H

#include <stdint.h>

struct state;

enum { SECTOR = 512 };

struct disk {
    uint64_t sectors;
    /* One sector; `lba` is below `sectors`. -1: the medium failed. */
    int (*read)(struct disk *d, uint64_t lba, uint8_t to[SECTOR]);
    int (*write)(struct disk *d, uint64_t lba, const uint8_t from[SECTOR]);
    /* All that was written is on the medium. */
    int (*flush)(struct disk *d);
    /* What a machine's state has to hold of the contents. */
    void (*state)(struct state *s, struct disk *d);
};

#endif
