/* SPDX-License-Identifier: MIT */
#include "tests/support/cutdisk.h"

#include <stdlib.h>
#include <string.h>

static int fails(long *left)
{
    if (*left == 0)
        return 1;
    *left -= *left > 0;
    return 0;
}

static int get(struct blockdev *b, uint32_t block, void *to)
{
    struct cutdisk *d = b->ctx;

    if (block >= b->blocks || fails(&d->reads_left))
        return E_IO;
    memcpy(to, d->data + (size_t)block * BLOCK_SIZE, BLOCK_SIZE);
    return 0;
}

static void record(struct cutdisk *d, uint32_t block, const void *data)
{
    struct write_event *e;

    if (!d->recording)
        return;
    if (d->events == d->room) {
        d->room = d->room ? 2 * d->room : 256;
        d->event = realloc(d->event, d->room * sizeof *d->event);
        if (!d->event)
            abort();
    }
    e = &d->event[d->events++];
    e->block = block;
    e->mark = d->mark;
    if (data)
        memcpy(e->data, data, BLOCK_SIZE);
}

static int put(struct blockdev *b, uint32_t block, const void *from)
{
    struct cutdisk *d = b->ctx;

    if (block >= b->blocks || fails(&d->writes_left))
        return E_IO;
    record(d, block, from);
    memcpy(d->data + (size_t)block * BLOCK_SIZE, from, BLOCK_SIZE);
    return 0;
}

static int flush(struct blockdev *b)
{
    struct cutdisk *d = b->ctx;

    if (fails(&d->writes_left))
        return E_IO;
    record(d, FLUSH, NULL);
    return 0;
}

void cutdisk_init(struct cutdisk *d, uint32_t blocks)
{
    *d = (struct cutdisk){.disk = {.blocks = blocks, .read = get, .write = put, .flush = flush, .ctx = d},
                          .data = calloc(blocks, BLOCK_SIZE),
                          .reads_left = -1,
                          .writes_left = -1};
    if (!d->data)
        abort();
}

void cutdisk_copy(struct cutdisk *d, const struct cutdisk *from)
{
    memcpy(d->data, from->data, (size_t)d->disk.blocks * BLOCK_SIZE);
    d->reads_left = d->writes_left = -1;
    d->events = 0;
}

void cutdisk_free(struct cutdisk *d)
{
    free(d->data);
    free(d->event);
}

void cutdisk_apply(struct cutdisk *d, const struct write_event *e, unsigned mask)
{
    for (unsigned half = 0; half < BLOCK_SIZE / SECTOR; half++)
        if (e->block != FLUSH && mask >> half & 1)
            memcpy(d->data + (size_t)e->block * BLOCK_SIZE + half * SECTOR, e->data + half * SECTOR, SECTOR);
}
