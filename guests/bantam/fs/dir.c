/* SPDX-License-Identifier: MIT */
/* Directories: files that are arrays of struct dirent. The first two entries are `.` and `..`; one with inode 0 is free. */
#include "guests/bantam/fs/bytes.h"
#include "guests/bantam/fs/fs_state.h"

static const uint32_t entry_bytes = sizeof(struct dirent);

static int entry_at(struct fs *f, const struct inode *dir, uint32_t offset, struct dirent *e)
{
    int n = data_read(f, dir, offset, e, entry_bytes);

    return n == (int)entry_bytes && e->inode <= f->at.inodes && !e->name[NAME_MAX] ? 0 : E_IO;
}

static int is_named(const struct dirent *e, struct name name)
{
    return !memcmp(e->name, name.at, name.length) && !e->name[name.length];
}

int dir_find(struct fs *f, const struct inode *dir, struct name name, uint32_t *offset)
{
    struct dirent e;

    for (*offset = 0; *offset < dir->size; *offset += entry_bytes) {
        if (entry_at(f, dir, *offset, &e))
            return E_IO;
        if (e.inode && is_named(&e, name))
            return (int)e.inode;
    }
    return E_NOENT;
}

int dir_add(struct fs *f, struct inode *dir, struct name name, uint32_t inode)
{
    struct dirent e;
    uint32_t offset = 0;

    for (; offset < dir->size; offset += entry_bytes) {
        if (entry_at(f, dir, offset, &e))
            return E_IO;
        if (!e.inode)
            break;
    }
    e = (struct dirent){.inode = inode};
    memcpy(e.name, name.at, name.length);
    return data_write_block(f, dir, offset, &e, entry_bytes);
}

int dir_remove(struct fs *f, struct inode *dir, uint32_t offset)
{
    static const struct dirent none;

    return data_write_block(f, dir, offset, &none, entry_bytes);
}

int dir_is_empty(struct fs *f, const struct inode *dir)
{
    struct dirent e;

    for (uint32_t offset = 2 * entry_bytes; offset < dir->size; offset += entry_bytes) {
        if (entry_at(f, dir, offset, &e))
            return E_IO;
        if (e.inode)
            return 0;
    }
    return 1;
}
