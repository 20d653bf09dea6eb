/* SPDX-License-Identifier: MIT */
/* A disk that is a file of the host, by C's own streams: abi.h has names that POSIX's headers want for themselves. */
#include "guests/bantam/tools/tools.h"

static int get(struct blockdev *d, uint32_t block, void *to)
{
    return !fseek(d->ctx, (long)block * BLOCK_SIZE, SEEK_SET) && fread(to, BLOCK_SIZE, 1, d->ctx) == 1 ? 0 : E_IO;
}

static int put(struct blockdev *d, uint32_t block, const void *from)
{
    return !fseek(d->ctx, (long)block * BLOCK_SIZE, SEEK_SET) && fwrite(from, BLOCK_SIZE, 1, d->ctx) == 1 ? 0 : E_IO;
}

/* To the host, that is: when it fails, the image is made anew. */
static int flush(struct blockdev *d)
{
    return fflush(d->ctx) ? E_IO : 0;
}

void filedev_init(struct blockdev *d, FILE *file)
{
    long bytes = fseek(file, 0, SEEK_END) ? 0 : ftell(file);
    long blocks = bytes < 0 ? 0 : bytes / BLOCK_SIZE;

    *d = (struct blockdev){.blocks = blocks > BLOCKS_MAX ? BLOCKS_MAX : (uint32_t)blocks,
                           .read = get,
                           .write = put,
                           .flush = flush,
                           .ctx = file};
}
