/* SPDX-License-Identifier: MIT */
/* An empty file system: superblock, empty log, and a root directory. */
#include <string.h>

#include "guests/bantam/tools/tools.h"

/* In use: all before the data, the root directory's block, and what is past the disk's end. */
static void fill_bitmap(union block *b, const struct layout *l, uint32_t first)
{
    for (uint32_t i = 0; i < BITS; i++)
        if (first + i <= l->data || first + i >= l->blocks)
            b->word[i / 32] |= 1u << i % 32;
}

static void fill(union block *b, const struct layout *l, const struct superblock *s, uint32_t at)
{
    memset(b, 0, sizeof *b);
    if (at == SUPERBLOCK_AT)
        b->superblock = *s;
    if (at >= l->bitmap && at < l->inode_table)
        fill_bitmap(b, l, (at - l->bitmap) * BITS);
    if (at == l->inode_table)
        b->inode[0] =
            (struct inode){.kind = KIND_DIRECTORY, .links = 2, .size = 2 * sizeof(struct dirent), .block = {l->data}};
    if (at == l->data) {
        b->entry[0] = (struct dirent){ROOT_INODE, "."};
        b->entry[1] = (struct dirent){ROOT_INODE, ".."};
    }
}

int newfs(struct blockdev *d, uint32_t log_slots, uint32_t inodes)
{
    struct superblock s;
    struct layout l;
    union block b;
    int error = layout_make(&l, &s, d->blocks, log_slots, inodes);

    for (uint32_t at = 0; !error && at <= l.data; at++) {
        fill(&b, &l, &s, at);
        error = d->write(d, at, &b);
    }
    return error ? error : d->flush(d);
}
