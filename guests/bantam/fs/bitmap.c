/* SPDX-License-Identifier: MIT */
/* Which blocks are in use. Only data blocks are given out or taken back; a bitmap that says otherwise is not believed. */
#include "guests/bantam/fs/fs_state.h"

static const uint32_t word_bits = 32;

int bitmap_holds_data(const struct fs *f, uint32_t block)
{
    return block >= f->at.data && block < f->at.blocks;
}

static int word_of(struct fs *f, uint32_t block, uint32_t **word, union block **b)
{
    int error = cache_get(f, f->at.bitmap + block / BITS, b);

    if (!error)
        *word = &(*b)->word[block % BITS / word_bits];
    return error;
}

int bitmap_count_free(struct fs *f)
{
    union block *b;
    uint32_t *word;

    f->free = 0;
    for (uint32_t block = f->at.data; block < f->at.blocks; block++) {
        int error = word_of(f, block, &word, &b);

        if (error)
            return error;
        f->free += !(*word >> block % word_bits & 1);
    }
    return 0;
}

/* A free block in [from, end), or 0. */
static int search(struct fs *f, uint32_t from, uint32_t end)
{
    union block *b;
    uint32_t *word;

    for (uint32_t block = from; block < end;) {
        int error = word_of(f, block, &word, &b);

        if (error)
            return error;
        if (*word == ~0u) {
            block = (block / word_bits + 1) * word_bits;
            continue;
        }
        if (!(*word >> block % word_bits & 1))
            return (int)block;
        block++;
    }
    return 0;
}

int bitmap_take(struct fs *f)
{
    union block *b;
    uint32_t *word;
    int block = f->free ? search(f, f->next_block, f->at.blocks) : E_NOSPC;

    if (!block)
        block = search(f, f->at.data, f->next_block);
    if (block <= 0)
        return block ? block : E_IO;
    if (word_of(f, (uint32_t)block, &word, &b))
        return E_IO;
    *word |= 1u << block % word_bits;
    cache_changed(f, b);
    f->free--;
    f->next_block = (uint32_t)block;
    return cache_new(f, (uint32_t)block, &b) ? E_IO : block;
}

int bitmap_give(struct fs *f, uint32_t block)
{
    union block *b;
    uint32_t *word;

    if (!bitmap_holds_data(f, block) || word_of(f, block, &word, &b) || !(*word >> block % word_bits & 1))
        return E_IO;
    *word &= ~(1u << block % word_bits);
    cache_changed(f, b);
    f->free++;
    return 0;
}
