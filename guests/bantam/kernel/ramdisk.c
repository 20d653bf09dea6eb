/* SPDX-License-Identifier: MIT */
/* The disk that came in the kernel's own file (data.asm), for machines without one. */
#include "guests/bantam/kernel/ramdisk.h"

#include "guests/bantam/kernel/text.h"

extern char ramdisk_image[], ramdisk_end[];

static char *at(uint32_t block)
{
    return ramdisk_image + block * BLOCK_SIZE;
}

static int read(struct blockdev *d, uint32_t block, void *to)
{
    if (block >= d->blocks)
        return E_IO;
    memcpy(to, at(block), BLOCK_SIZE);
    return 0;
}

static int write(struct blockdev *d, uint32_t block, const void *from)
{
    if (block >= d->blocks)
        return E_IO;
    memcpy(at(block), from, BLOCK_SIZE);
    return 0;
}

static int flush(struct blockdev *d)
{
    (void)d;
    return 0;
}

struct blockdev *ramdisk(void)
{
    static struct blockdev d = {.read = read, .write = write, .flush = flush};

    d.blocks = (uint32_t)(ramdisk_end - ramdisk_image) / BLOCK_SIZE;
    return &d;
}
