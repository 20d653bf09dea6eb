/* SPDX-License-Identifier: MIT */
/*
 * Blocks in memory. A changed block stays until the log has it; of the others, the one that was used longest ago makes
 * room. The log holds fewer blocks than the cache (fs_state.h), so there is always one that can go.
 */
#include "guests/bantam/fs/bytes.h"
#include "guests/bantam/fs/fs_state.h"

void cache_reset(struct cache *c)
{
    c->clock = c->dirty = 0;
    memset(c->chain, 0, sizeof c->chain);
    for (int i = 0; i < CACHE_BLOCKS; i++) {
        c->buffer[i].state = BUFFER_EMPTY;
        c->buffer[i].used = 0;
    }
}

static struct buffer *find(struct cache *c, uint32_t block)
{
    for (uint16_t i = c->chain[block % CACHE_CHAINS]; i; i = c->buffer[i - 1].chain)
        if (c->buffer[i - 1].block == block)
            return &c->buffer[i - 1];
    return NULL;
}

static struct buffer *oldest(struct cache *c)
{
    struct buffer *best = NULL;

    for (struct buffer *b = c->buffer; b < c->buffer + CACHE_BLOCKS; b++)
        if (b->state != BUFFER_DIRTY && (!best || c->clock - b->used > c->clock - best->used))
            best = b;
    return best;
}

static void forget(struct cache *c, struct buffer *b)
{
    uint16_t *link = &c->chain[b->block % CACHE_CHAINS], self = (uint16_t)(b - c->buffer + 1);

    while (*link != self)
        link = &c->buffer[*link - 1].chain;
    *link = b->chain;
    b->state = BUFFER_EMPTY;
}

static void enter(struct cache *c, struct buffer *b, uint32_t block)
{
    b->block = block;
    b->state = BUFFER_CLEAN;
    b->chain = c->chain[block % CACHE_CHAINS];
    c->chain[block % CACHE_CHAINS] = (uint16_t)(b - c->buffer + 1);
}

static struct buffer *make_room(struct cache *c)
{
    struct buffer *b = oldest(c);

    if (b && b->state != BUFFER_EMPTY)
        forget(c, b);
    return b;
}

int cache_get(struct fs *f, uint32_t block, union block **got)
{
    struct cache *c = &f->cache;
    struct buffer *b = find(c, block);

    if (!b) {
        b = make_room(c);
        if (!b || f->disk->read(f->disk, block, b->data.byte))
            return E_IO;
        enter(c, b, block);
    }
    b->used = ++c->clock;
    *got = &b->data;
    return 0;
}

int cache_new(struct fs *f, uint32_t block, union block **got)
{
    struct cache *c = &f->cache;
    struct buffer *b = find(c, block);

    if (!b) {
        b = make_room(c);
        if (!b)
            return E_IO;
        enter(c, b, block);
    }
    b->used = ++c->clock;
    memset(b->data.byte, 0, BLOCK_SIZE);
    *got = &b->data;
    cache_changed(f, *got);
    return 0;
}

void cache_changed(struct fs *f, const union block *got)
{
    struct buffer *b = (struct buffer *)((char *)got - offsetof(struct buffer, data));

    f->cache.dirty += b->state != BUFFER_DIRTY;
    b->state = BUFFER_DIRTY;
}
