/* SPDX-License-Identifier: MIT */
/* Which block of a file is where: the tree of pointers that format.h draws. Its depth is fixed, so no walk is endless. */
#include "guests/bantam/fs/fs_state.h"

/* The way to a block: from inode.block[slot] by at[0..levels-1] through so many blocks of pointers. */
struct way {
    uint32_t slot, levels, at[2];
};

static struct way way_to(uint32_t index)
{
    if (index < INDIRECT)
        return (struct way){.slot = index};
    index -= INDIRECT;
    if (index < POINTERS)
        return (struct way){.slot = INDIRECT, .levels = 1, .at = {index}};
    index -= POINTERS;
    return (struct way){.slot = DOUBLE_INDIRECT, .levels = 2, .at = {index / POINTERS, index % POINTERS}};
}

static int checked(const struct fs *f, uint32_t pointer)
{
    return !pointer || bitmap_holds_data(f, pointer) ? (int)pointer : E_IO;
}

static int pointer_get(struct fs *f, uint32_t block, uint32_t at)
{
    union block *b;

    return cache_get(f, block, &b) ? E_IO : checked(f, b->word[at]);
}

static int pointer_set(struct fs *f, uint32_t block, uint32_t at, uint32_t to)
{
    union block *b;

    if (cache_get(f, block, &b))
        return E_IO;
    b->word[at] = to;
    cache_changed(f, b);
    return 0;
}

int map_find(struct fs *f, const struct inode *i, uint32_t index)
{
    struct way way = way_to(index);
    int block = checked(f, i->block[way.slot]);

    for (uint32_t k = 0; k < way.levels && block > 0; k++)
        block = pointer_get(f, (uint32_t)block, way.at[k]);
    return block;
}

int map_make(struct fs *f, struct inode *i, uint32_t index)
{
    struct way way = way_to(index);
    int block = checked(f, i->block[way.slot]);

    if (f->free <= way.levels) /* before anything is changed; it may ask for one or two more than it needs */
        return E_NOSPC;
    if (!block && (block = bitmap_take(f)) > 0)
        i->block[way.slot] = (uint32_t)block;
    for (uint32_t k = 0; k < way.levels && block > 0; k++) {
        uint32_t parent = (uint32_t)block;

        block = pointer_get(f, parent, way.at[k]);
        if (!block && (block = bitmap_take(f)) > 0 && pointer_set(f, parent, way.at[k], (uint32_t)block))
            block = E_IO;
    }
    return block;
}

/* The blocks along a way, from the top: how many there are, `levels` + 1 when it does not break off at a hole. */
static int follow(struct fs *f, const struct inode *i, const struct way *way, uint32_t node[3])
{
    int next = checked(f, i->block[way->slot]);
    uint32_t k = 0;

    while (next > 0) {
        node[k] = (uint32_t)next;
        if (k++ == way->levels)
            break;
        next = pointer_get(f, node[k - 1], way->at[k - 1]);
    }
    return next < 0 ? next : (int)k;
}

/*
 * Where the way breaks off, the blocks just before this one that hang on the same missing pointer are holes too: skipped.
 * Then goes what leads to nothing before `index`: from the topmost such block down, and the one pointer to it.
 */
int map_cut(struct fs *f, struct inode *i, uint32_t index)
{
    struct way way = way_to(index);
    uint32_t node[3], top = way.levels;
    int present = follow(f, i, &way, node);

    for (uint32_t k = (uint32_t)present; present >= 0 && k < way.levels; k++) {
        index -= way.at[k] * (k + 1 < way.levels ? POINTERS : 1);
        way.at[k] = 0;
    }
    while (top && !way.at[top - 1])
        top--;
    for (int k = (int)top; k < present; k++)
        if (bitmap_give(f, node[k]))
            return E_IO;
    if ((int)top < present && top && pointer_set(f, node[top - 1], way.at[top - 1], 0))
        return E_IO;
    if (!top)
        i->block[way.slot] = 0;
    return present < 0 ? present : (int)index;
}
