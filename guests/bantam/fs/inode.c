/* SPDX-License-Identifier: MIT */
/* Inodes: read with a check of what cannot be so, and written back. Callers work on copies, and store them within a step. */
#include "guests/bantam/fs/bytes.h"
#include "guests/bantam/fs/fs_state.h"

static int slot_of(struct fs *f, uint32_t number, struct inode **slot, union block **b)
{
    uint32_t at = number - 1;

    if (at >= f->at.inodes)
        return E_NOENT;
    if (cache_get(f, f->at.inode_table + at / INODES, b))
        return E_IO;
    *slot = &(*b)->inode[at % INODES];
    return 0;
}

/* A directory's free entries are used again, so it never has more of them than there are inodes to name. */
static int is_sound(const struct fs *f, const struct inode *i)
{
    const uint32_t entry = sizeof(struct dirent);

    if (i->kind == KIND_DIRECTORY)
        return i->size % entry == 0 && i->size / entry <= f->at.inodes + 2;
    return i->kind == KIND_FILE && i->size <= FILE_MAX;
}

int inode_load(struct fs *f, uint32_t number, struct inode *i)
{
    struct inode *slot;
    union block *b;
    int error = slot_of(f, number, &slot, &b);

    if (error)
        return error;
    if (slot->kind == KIND_NONE)
        return E_NOENT;
    *i = *slot;
    return is_sound(f, i) ? 0 : E_IO;
}

int inode_store(struct fs *f, uint32_t number, const struct inode *i)
{
    struct inode *slot;
    union block *b;

    if (slot_of(f, number, &slot, &b))
        return E_IO;
    *slot = *i;
    cache_changed(f, b);
    return 0;
}

/* A free one, which is not free any more when it is stored with a kind. */
int inode_take(struct fs *f)
{
    struct inode *slot;
    union block *b;

    for (uint32_t n = 0; n < f->at.inodes; n++) {
        uint32_t number = (f->next_inode + n) % f->at.inodes + 1;

        if (slot_of(f, number, &slot, &b))
            return E_IO;
        if (slot->kind != KIND_NONE)
            continue;
        f->next_inode = number;
        return (int)number;
    }
    return E_NOSPC;
}
