/* SPDX-License-Identifier: MIT */
/*
 * What lies on the disk. The file system, mkfs and fsck agree upon this header, and on nothing else.
 *
 *      block 0     left to whoever boots from this disk
 *            1     superblock: written by mkfs, and never again
 *            2     log header: which blocks the log holds, and a checksum of it all
 *            3     log slots: new contents of blocks that are not yet (or not surely) in their places
 *          ...     bitmap: a bit for each block of the disk, 1: in use. The bits past the end are 1 too
 *          ...     inodes, 16 a block; inode N is the (N - 1)th, inode 1 the root directory
 *          ...     data: contents of files and directories, and their indirect blocks
 *
 * A file's blocks hang on its inode:
 *
 *      inode           block[0..11] ----------------------> data           the first 12 KiB
 *                      block[12] -> 256 pointers ---------> data           256 KiB more
 *                      block[13] -> 256 -> 256 pointers --> data           64 MiB more
 *
 * A pointer of 0 is a hole: it reads as zeros. Nothing hangs behind the file's end.
 *
 * An inode's `links` counts the directory entries that name it, `.` and `..` included. An inode in use with no links is an
 * orphan: it was unlinked while open, and the next mount frees it.
 *
 * Numbers are little-endian, as on the machine.
 */
#ifndef BANTAM_FS_FORMAT_H
#define BANTAM_FS_FORMAT_H

#include "guests/bantam/fs/fs.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the format is read in place");

enum {
    SUPERBLOCK_AT = 1,
    LOG_AT = 2,
    MAGIC_SUPERBLOCK = 0x62746e31,
    MAGIC_LOG = 0x62746e32,

    BLOCKS_MAX = 1 << 20, /* 1 GiB */
    INODES_MAX = 4096,
    LOG_SLOTS_MIN = 16, /* the most blocks that one step changes (log.c) */
    LOG_SLOTS_MAX = 128,

    POINTERS = BLOCK_SIZE / 4,
    INDIRECT = 12, /* which block[] is what; those before are direct */
    DOUBLE_INDIRECT,
    SLOTS,
    FILE_BLOCKS = INDIRECT + POINTERS + POINTERS * POINTERS,
    FILE_MAX = FILE_BLOCKS * BLOCK_SIZE,

    BITS = 8 * BLOCK_SIZE, /* of the bitmap, a block */
    INODES = BLOCK_SIZE / 64,
    ENTRIES = BLOCK_SIZE / 32
};

struct superblock {
    uint32_t magic;
    uint32_t blocks; /* of the whole file system: at most the disk's */
    uint32_t log_slots;
    uint32_t inodes;   /* a multiple of INODES */
    uint32_t checksum; /* CRC-32 of the fields before */
};

struct log_header {
    uint32_t magic;
    uint32_t checksum; /* CRC-32 of `count`, the targets and the slots' contents, in this order */
    uint32_t count;
    uint32_t target[LOG_SLOTS_MAX];
};

struct inode {
    uint16_t kind; /* enum file_kind; KIND_NONE: free, and all else is 0 */
    uint16_t links;
    uint32_t size;
    uint32_t block[SLOTS];
};

/* A block, as all that it may be. */
union block {
    uint8_t byte[BLOCK_SIZE];
    uint32_t word[POINTERS];
    struct superblock superblock;
    struct log_header log;
    struct inode inode[INODES];
    struct dirent entry[ENTRIES];
};
_Static_assert(sizeof(struct inode) == 64 && sizeof(struct dirent) == 32 && sizeof(union block) == BLOCK_SIZE, "");

/* Where things begin: follows from the superblock. */
struct layout {
    uint32_t blocks, log_slots, inodes;
    uint32_t bitmap, inode_table, data;
};

/* E_INVAL: no superblock of ours, or one that does not fit a disk of that many blocks. */
int layout_read(struct layout *l, const struct superblock *s, uint32_t disk_blocks);
/* Fills `s`, and `l`. E_INVAL when there is no room for any file. */
int layout_make(struct layout *l, struct superblock *s, uint32_t blocks, uint32_t log_slots, uint32_t inodes);

/* CRC-32 (IEEE 802.3), to be started with 0 and continued with what came out. */
uint32_t crc32_add(uint32_t crc, const void *data, uint32_t bytes);

static inline uint32_t blocks_of(uint32_t bytes)
{
    return bytes / BLOCK_SIZE + (bytes % BLOCK_SIZE != 0);
}

#endif
