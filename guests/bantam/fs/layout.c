/* SPDX-License-Identifier: MIT */
/* From the superblock to the places of all else, and the checksum that vouches for both superblock and log (format.h). */
#include <stddef.h>

#include "guests/bantam/fs/format.h"

/* Four bits at a time: a table of 16 is enough, and small beside one of 256. */
uint32_t crc32_add(uint32_t crc, const void *data, uint32_t bytes)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const uint8_t *p = data;

    crc = ~crc;
    for (uint32_t i = 0; i < bytes; i++) {
        crc = crc >> 4 ^ table[(crc ^ p[i]) & 15];
        crc = crc >> 4 ^ table[(crc ^ p[i] >> 4) & 15];
    }
    return ~crc;
}

static uint32_t checksum(const struct superblock *s)
{
    return crc32_add(0, s, offsetof(struct superblock, checksum));
}

static int fits(const struct superblock *s)
{
    return s->blocks <= BLOCKS_MAX && s->log_slots >= LOG_SLOTS_MIN && s->log_slots <= LOG_SLOTS_MAX && s->inodes &&
           s->inodes <= INODES_MAX && s->inodes % INODES == 0;
}

static int place(struct layout *l, const struct superblock *s)
{
    if (!fits(s))
        return E_INVAL;
    l->blocks = s->blocks;
    l->log_slots = s->log_slots;
    l->inodes = s->inodes;
    l->bitmap = LOG_AT + 1 + s->log_slots;
    l->inode_table = l->bitmap + (s->blocks + BITS - 1) / BITS;
    l->data = l->inode_table + s->inodes / INODES;
    return l->data < l->blocks ? 0 : E_INVAL;
}

int layout_read(struct layout *l, const struct superblock *s, uint32_t disk_blocks)
{
    if (s->magic != MAGIC_SUPERBLOCK || s->checksum != checksum(s) || s->blocks > disk_blocks)
        return E_INVAL;
    return place(l, s);
}

int layout_make(struct layout *l, struct superblock *s, uint32_t blocks, uint32_t log_slots, uint32_t inodes)
{
    *s = (struct superblock){.magic = MAGIC_SUPERBLOCK, .blocks = blocks, .log_slots = log_slots, .inodes = inodes};
    s->checksum = checksum(s);
    return place(l, s);
}
