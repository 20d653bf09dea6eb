/* SPDX-License-Identifier: MIT */
/*
 * Disks from anyone: Bantam's file system ends in an error or works on them, and so does fsck. If fsck found nothing wrong
 * before, it finds nothing wrong after either.
 *
 * An input is a list of changes to a sound disk, then a list of calls. Checksums are made good, else few changes would matter.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guests/bantam/fs/fs_state.h"
#include "guests/bantam/tools/tools.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BLOCKS = 128, LOG_SLOTS = 16, INODES_MADE = 32, CALLS_MAX = 100 };

static uint8_t disk[BLOCKS][BLOCK_SIZE], sound[BLOCKS][BLOCK_SIZE];

static int get(struct blockdev *d, uint32_t block, void *to)
{
    (void)d;
    if (block >= BLOCKS)
        abort(); /* it was to be checked */
    memcpy(to, disk[block], BLOCK_SIZE);
    return 0;
}

static int put(struct blockdev *d, uint32_t block, const void *from)
{
    (void)d;
    if (block <= SUPERBLOCK_AT || block >= BLOCKS)
        abort(); /* nothing of the file system's own, or not there */
    memcpy(disk[block], from, BLOCK_SIZE);
    return 0;
}

static int put_any(struct blockdev *d, uint32_t block, const void *from)
{
    (void)d;
    memcpy(disk[block], from, BLOCK_SIZE);
    return 0;
}

static int flush(struct blockdev *d)
{
    (void)d;
    return 0;
}

static const struct blockdev device = {.blocks = BLOCKS, .read = get, .write = put, .flush = flush};
static struct fs f;

static void make_sound(struct blockdev d)
{
    static char data[40 * BLOCK_SIZE];
    int n;

    d.write = put_any;
    if (newfs(&d, LOG_SLOTS, INODES_MADE) || fs_mount(&f, &d))
        abort();
    fs_create(&f, ROOT_INODE, "d", KIND_DIRECTORY);
    fs_create(&f, ROOT_INODE, "d/e", KIND_DIRECTORY);
    n = fs_create(&f, ROOT_INODE, "d/f", KIND_FILE);
    fs_write(&f, (uint32_t)n, 0, data, sizeof data);
    fs_write(&f, (uint32_t)n, (INDIRECT + POINTERS + 1) * BLOCK_SIZE, data, 1);
    n = fs_create(&f, ROOT_INODE, "g", KIND_FILE);
    fs_hold(&f, (uint32_t)n);
    if (fs_unlink(&f, ROOT_INODE, "g") || fs_sync(&f))
        abort();
    memcpy(sound, disk, sizeof disk);
}

struct input {
    const uint8_t *at;
    size_t left;
};

static uint32_t take(struct input *in, size_t bytes)
{
    uint32_t v = 0;

    for (; bytes && in->left; bytes--, in->left--)
        v = v << 8 | *in->at++;
    return v;
}

static void change_disk(struct input *in)
{
    for (uint32_t n = take(in, 1) % 32; n; n--) {
        uint32_t block = take(in, 1), byte = take(in, 2) % (BLOCK_SIZE - 3), value = take(in, 1);

        if (value >= 0xf0) /* a whole word, for what is not near the numbers that are there */
            value = take(in, 4);
        else
            value |= (uint32_t)(disk[block % BLOCKS][byte + 1]) << 8;
        disk[block % BLOCKS][byte] = (uint8_t)value;
        disk[block % BLOCKS][byte + 1] = (uint8_t)(value >> 8);
        if (value > 0xffff)
            memcpy(&disk[block % BLOCKS][byte], &value, 4);
    }
}

static void make_good(void)
{
    union block super, log;
    uint32_t crc;

    memcpy(&super, disk[SUPERBLOCK_AT], sizeof super);
    super.superblock.checksum = crc32_add(0, &super, offsetof(struct superblock, checksum));
    memcpy(disk[SUPERBLOCK_AT], &super, sizeof super);
    memcpy(&log, disk[LOG_AT], sizeof log);
    if (log.log.count > LOG_SLOTS_MAX)
        return;
    crc = crc32_add(0, &log.log.count, 4 + 4 * log.log.count);
    for (uint32_t i = 0; i < log.log.count && LOG_AT + 1 + i < BLOCKS; i++)
        crc = crc32_add(crc, disk[LOG_AT + 1 + i], BLOCK_SIZE);
    log.log.checksum = crc;
    memcpy(disk[LOG_AT], &log, sizeof log);
}

static void call(struct input *in)
{
    static const char *const paths[] = {"d", "d/e", "d/f", "g", "/", "d/e/x", "d/../y", "../z"};
    static char data[4 * BLOCK_SIZE];
    uint32_t what = take(in, 1), inode = take(in, 1) % (INODES_MADE + 2), offset = take(in, 2) * 61;
    const char *path = paths[what >> 4 & 7];
    struct stat s;

    switch (what & 15) {
    case 0: fs_sync(&f); break;
    case 1: fs_lookup(&f, inode, path); break;
    case 2: fs_create(&f, inode, path, KIND_FILE); break;
    case 3: fs_create(&f, inode, path, KIND_DIRECTORY); break;
    case 4: fs_unlink(&f, inode, path); break;
    case 5: fs_stat(&f, inode, &s); break;
    case 6: fs_read(&f, inode, offset, data, sizeof data); break;
    case 7: fs_truncate(&f, inode); break;
    case 8: fs_hold(&f, inode); break;
    case 9: fs_release(&f, inode); break;
    default: fs_write(&f, inode, offset, data, 1 + offset % (sizeof data - 1)); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    struct blockdev d = device;
    struct input in = {data, size};
    int found;

    if (!nowhere) {
        nowhere = fopen("/dev/null", "w");
        make_sound(d);
    }
    memcpy(disk, sound, sizeof disk);
    change_disk(&in);
    make_good();
    found = fsck_check(&d, nowhere);
    if (fs_mount(&f, &d)) {
        if (!found)
            abort(); /* what fsck likes can be mounted */
        return 0;
    }
    for (int i = 0; in.left && i < CALLS_MAX; i++)
        call(&in);
    if (!found && (fs_sync(&f) || fsck_check(&d, stderr)))
        abort();
    fsck_check(&d, nowhere);
    return 0;
}
