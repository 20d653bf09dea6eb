/* SPDX-License-Identifier: MIT */
/*
 * All or nothing. What calls change is collected in the cache; a commit puts it on the disk as a whole:
 *
 *      1.  flush: what the last commit wrote in step 4 is in its places, so the log may be overwritten
 *      2.  the changed blocks go into the log's slots, and the header says where they belong
 *      3.  flush: from here on the transaction has happened
 *      4.  the blocks go to their places
 *
 * The disk may do the writes between two flushes in any order, and a power cut may keep any of them. In step 2 that leaves
 * a header whose checksum does not fit the slots: the log counts for nothing, and needs not, for nothing was moved yet
 * and the transaction before is in place. In step 4 the log is whole, and a mount does step 4 again. Doing it once more
 * than needed changes nothing, since nothing but a later commit writes to those places; so the log is never cleared.
 *
 * A transaction is a series of steps of at most STEP_BLOCKS blocks, each of which leaves the file system consistent. It
 * is committed by fs_sync(), or when the next step might not fit into the log. So the log cannot overflow, many calls share
 * one commit, and a block that they all changed is written once.
 */
#include "guests/bantam/fs/fs_state.h"

static uint32_t header_checksum(const struct log_header *h)
{
    return crc32_add(0, &h->count, 4 + 4 * h->count);
}

/* A target that is no place of the log's business makes the whole log worthless. */
static int targets_fit(const struct fs *f, const struct log_header *h)
{
    for (uint32_t i = 0; i < h->count; i++)
        if (h->target[i] < f->at.bitmap || h->target[i] >= f->at.blocks)
            return 0;
    return 1;
}

/* 1 when the log holds a transaction; it is then in f->header. */
static int holds_transaction(struct fs *f)
{
    struct log_header *h = &f->header.log;
    union block *b;
    uint32_t crc;

    if (f->disk->read(f->disk, LOG_AT, f->header.byte))
        return E_IO;
    if (h->magic != MAGIC_LOG || h->count > f->at.log_slots || !targets_fit(f, h))
        return 0;
    crc = header_checksum(h);
    for (uint32_t i = 0; i < h->count; i++) {
        if (cache_get(f, LOG_AT + 1 + i, &b))
            return E_IO;
        crc = crc32_add(crc, b, BLOCK_SIZE);
    }
    return crc == h->checksum;
}

/* Steps 4 of the last commit, by the copies in the log. They leave the cache, which must know blocks by their places only. */
int log_replay(struct fs *f)
{
    int result = holds_transaction(f);
    union block *b;

    for (uint32_t i = 0; result > 0 && i < f->header.log.count; i++)
        if (cache_get(f, LOG_AT + 1 + i, &b) || f->disk->write(f->disk, f->header.log.target[i], b))
            result = E_IO;
    f->unflushed = 1;
    cache_reset(&f->cache);
    return result < 0 ? result : 0;
}

/* Step 2. */
static int write_log(struct fs *f)
{
    struct log_header *h = &f->header.log;
    struct cache *c = &f->cache;
    uint32_t crc;

    *h = (struct log_header){.magic = MAGIC_LOG};
    for (struct buffer *b = c->buffer; b < c->buffer + CACHE_BLOCKS; b++)
        if (b->state == BUFFER_DIRTY)
            h->target[h->count++] = b->block;
    crc = header_checksum(h);
    for (struct buffer *b = c->buffer, *end = b + CACHE_BLOCKS; b < end; b++)
        if (b->state == BUFFER_DIRTY)
            crc = crc32_add(crc, &b->data, BLOCK_SIZE);
    h->checksum = crc;
    for (uint32_t i = 0, n = 0; i < CACHE_BLOCKS; i++)
        if (c->buffer[i].state == BUFFER_DIRTY && f->disk->write(f->disk, LOG_AT + 1 + n++, &c->buffer[i].data))
            return E_IO;
    return f->disk->write(f->disk, LOG_AT, f->header.byte);
}

/* Step 4. */
static int write_places(struct fs *f)
{
    struct cache *c = &f->cache;

    f->unflushed = 1;
    for (struct buffer *b = c->buffer; b < c->buffer + CACHE_BLOCKS; b++) {
        if (b->state != BUFFER_DIRTY)
            continue;
        if (f->disk->write(f->disk, b->block, &b->data))
            return E_IO;
        b->state = BUFFER_CLEAN;
        c->dirty--;
    }
    return 0;
}

/* A failed write leaves open what the disk holds. The log, if it is whole, is the truth: nothing may touch it any more. */
int log_commit(struct fs *f)
{
    struct blockdev *d = f->disk;

    if (f->failed)
        return E_IO;
    if (!f->cache.dirty)
        return 0;
    if ((f->unflushed && d->flush(d)) || write_log(f) || d->flush(d) || write_places(f)) {
        f->failed = 1;
        return E_IO;
    }
    return 0;
}

int log_begin(struct fs *f)
{
    if (f->failed)
        return E_IO;
    return f->cache.dirty + STEP_BLOCKS > f->at.log_slots ? log_commit(f) : 0;
}

int log_end(struct fs *f, int result)
{
    if (result == E_IO)
        f->failed = 1;
    return result;
}
