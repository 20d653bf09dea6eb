/* SPDX-License-Identifier: MIT */
/* The bytes of a file or directory. */
#include "guests/bantam/fs/bytes.h"
#include "guests/bantam/fs/fs_state.h"

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

int data_read(struct fs *f, const struct inode *i, uint32_t offset, void *to, uint32_t bytes)
{
    uint32_t done = 0;

    bytes = offset < i->size ? least(bytes, i->size - offset) : 0;
    while (done < bytes) {
        uint32_t within = (offset + done) % BLOCK_SIZE, part = least(bytes - done, BLOCK_SIZE - within);
        int block = map_find(f, i, (offset + done) / BLOCK_SIZE);
        union block *b;

        if (block < 0)
            return block;
        if (!block)
            memset((char *)to + done, 0, part);
        else if (cache_get(f, (uint32_t)block, &b))
            return E_IO;
        else
            memcpy((char *)to + done, b->byte + within, part);
        done += part;
    }
    return (int)bytes;
}

int data_write_block(struct fs *f, struct inode *i, uint32_t offset, const void *from, uint32_t bytes)
{
    int block = map_find(f, i, offset / BLOCK_SIZE);
    union block *b;

    if (!block)
        block = map_make(f, i, offset / BLOCK_SIZE);
    if (block < 0)
        return block;
    if (bytes == BLOCK_SIZE ? cache_new(f, (uint32_t)block, &b) : cache_get(f, (uint32_t)block, &b))
        return E_IO;
    memcpy(b->byte + offset % BLOCK_SIZE, from, bytes);
    cache_changed(f, b);
    if (offset + bytes > i->size)
        i->size = offset + bytes;
    return 0;
}

/* From the end, a block a step: a power cut on the way leaves a shorter file. */
int data_empty(struct fs *f, uint32_t number)
{
    struct inode i;
    int result = inode_load(f, number, &i);

    while (result >= 0 && i.size) {
        result = log_begin(f);
        if (result)
            break;
        result = map_cut(f, &i, (i.size - 1) / BLOCK_SIZE);
        if (result >= 0) {
            i.size = (uint32_t)result * BLOCK_SIZE;
            result = inode_store(f, number, &i);
        }
        result = log_end(f, result);
    }
    return result;
}

int data_free(struct fs *f, uint32_t number)
{
    static const struct inode none;
    int error = data_empty(f, number);

    if (!error)
        error = log_begin(f);
    return error ? error : log_end(f, inode_store(f, number, &none));
}
