/* SPDX-License-Identifier: MIT */
/*
 * The calls of fs.h, each a few steps (log.c). A step looks first, then changes: an error that it can foresee, as a full
 * disk, finds nothing changed. One that it cannot, E_IO, leaves the step half done in memory, and nothing of it ever gets to
 * the disk: the file system can be read on, but not be changed any more.
 */
#include "guests/bantam/fs/bytes.h"
#include "guests/bantam/fs/fs_state.h"

static int free_orphans(struct fs *f)
{
    struct inode i;

    for (uint32_t number = 1; number <= f->at.inodes; number++) {
        int error = inode_load(f, number, &i);

        if (!error && !i.links)
            error = data_free(f, number);
        if (error && error != E_NOENT)
            return error;
    }
    return 0;
}

int fs_mount(struct fs *f, struct blockdev *d)
{
    struct inode root;
    int error;

    memset(f->held, 0, sizeof f->held);
    cache_reset(&f->cache);
    f->disk = d;
    f->failed = f->unflushed = 0;
    if (d->blocks <= SUPERBLOCK_AT)
        return E_INVAL;
    if (d->read(d, SUPERBLOCK_AT, f->header.byte))
        return E_IO;
    error = layout_read(&f->at, &f->header.superblock, d->blocks);
    if (error)
        return error;
    f->next_block = f->at.data;
    f->next_inode = 0;
    if ((error = log_replay(f)) || (error = bitmap_count_free(f)) || (error = free_orphans(f)))
        return error;
    return inode_load(f, ROOT_INODE, &root) || root.kind != KIND_DIRECTORY ? E_IO : 0;
}

int fs_sync(struct fs *f)
{
    return log_commit(f);
}

int fs_lookup(struct fs *f, uint32_t from, const char *path)
{
    return path_lookup(f, from, path);
}

/* A new inode's links and, for a directory, its first two entries. */
static int fill_new(struct fs *f, uint32_t number, enum file_kind kind, uint32_t parent)
{
    struct inode i = {.kind = (uint16_t)kind, .links = 1};

    if (kind == KIND_DIRECTORY) {
        const struct dirent dots[2] = {{number, "."}, {parent, ".."}};

        i.links = 2;
        if (data_write_block(f, &i, 0, dots, sizeof dots))
            return E_IO;
    }
    return inode_store(f, number, &i);
}

/* Changes the parent's inode block and a block of its data, at worst a new one with two of pointers; the new inode's block
 * and its first data; and the bitmap for the four new ones: 11 blocks. */
static int add_new(struct fs *f, uint32_t parent, struct name name, enum file_kind kind)
{
    struct inode dir;
    int number = inode_take(f), error;

    if (number < 0)
        return number;
    if (kind == KIND_DIRECTORY && f->free < 4)
        return E_NOSPC;
    if (inode_load(f, parent, &dir))
        return E_IO;
    error = dir_add(f, &dir, name, (uint32_t)number);
    if (error)
        return error;
    dir.links += kind == KIND_DIRECTORY;
    if (inode_store(f, parent, &dir) || fill_new(f, (uint32_t)number, kind, parent))
        return E_IO;
    return number;
}

static int ends_with_slash(const char *path)
{
    while (path[0] && path[1])
        path++;
    return *path == '/';
}

int fs_create(struct fs *f, uint32_t from, const char *path, enum file_kind kind)
{
    struct inode dir;
    struct name name;
    uint32_t offset;
    int parent = path_parent(f, from, path, &name), result;

    if (kind != KIND_FILE && kind != KIND_DIRECTORY)
        return E_INVAL;
    if (parent < 0)
        return parent == E_INVAL ? E_EXIST : parent; /* `/`, `.`, `..` */
    if (kind == KIND_FILE && ends_with_slash(path))
        return E_ISDIR;
    result = inode_load(f, (uint32_t)parent, &dir);
    if (!result)
        result = dir_find(f, &dir, name, &offset);
    if (result != E_NOENT)
        return result < 0 ? result : E_EXIST;
    result = log_begin(f);
    return result ? result : log_end(f, add_new(f, (uint32_t)parent, name, kind));
}

/* A directory counts its own `.`, and its parent the `..` in it. */
static int remove_entry(struct fs *f, uint32_t parent, uint32_t offset, uint32_t number, struct inode *i)
{
    struct inode dir;
    int is_directory = i->kind == KIND_DIRECTORY;

    if (inode_load(f, parent, &dir) || dir_remove(f, &dir, offset))
        return E_IO;
    dir.links -= (uint16_t)is_directory;
    i->links -= (uint16_t)(1 + is_directory);
    return inode_store(f, parent, &dir) || inode_store(f, number, i) ? E_IO : 0;
}

/* May this entry go? `i` becomes its inode. */
static int removable(struct fs *f, uint32_t number, struct inode *i)
{
    int empty;

    if (inode_load(f, number, i))
        return E_IO;
    if (i->kind != KIND_DIRECTORY)
        return i->links ? 0 : E_IO;
    empty = dir_is_empty(f, i);
    if (empty <= 0)
        return empty ? empty : E_NOTEMPTY;
    return i->links == 2 ? 0 : E_IO;
}

int fs_unlink(struct fs *f, uint32_t from, const char *path)
{
    struct inode i;
    struct name name;
    uint32_t offset;
    int parent = path_parent(f, from, path, &name), number, error;

    if (parent < 0)
        return parent;
    error = inode_load(f, (uint32_t)parent, &i);
    number = error ? error : dir_find(f, &i, name, &offset);
    if (number < 0)
        return number;
    error = removable(f, (uint32_t)number, &i);
    if (!error && i.kind != KIND_DIRECTORY && ends_with_slash(path))
        error = E_NOTDIR;
    if (!error)
        error = log_begin(f);
    if (!error)
        error = log_end(f, remove_entry(f, (uint32_t)parent, offset, (uint32_t)number, &i));
    if (!error && !i.links && !f->held[number - 1])
        error = data_free(f, (uint32_t)number);
    return error;
}

int fs_stat(struct fs *f, uint32_t inode, struct stat *s)
{
    struct inode i;
    int error = inode_load(f, inode, &i);

    if (!error)
        *s = (struct stat){.inode = inode, .kind = i.kind, .size = i.size, .links = i.links};
    return error;
}

int fs_read(struct fs *f, uint32_t inode, uint32_t offset, void *to, uint32_t bytes)
{
    struct inode i;
    int error = inode_load(f, inode, &i);

    return error ? error : data_read(f, &i, offset, to, bytes);
}

static int load_file(struct fs *f, uint32_t number, struct inode *i)
{
    int error = inode_load(f, number, i);

    return error ? error : i->kind == KIND_FILE ? 0 : E_ISDIR;
}

/* A block a step. */
int fs_write(struct fs *f, uint32_t inode, uint32_t offset, const void *from, uint32_t bytes)
{
    struct inode i;
    uint32_t done = 0;
    int error = load_file(f, inode, &i);

    if (!error && bytes && offset >= FILE_MAX)
        error = E_FBIG;
    if (!error && bytes > FILE_MAX - offset)
        bytes = FILE_MAX - offset;
    while (!error && done < bytes) {
        uint32_t room = BLOCK_SIZE - (offset + done) % BLOCK_SIZE, part = bytes - done < room ? bytes - done : room;

        error = log_begin(f);
        if (error)
            break;
        error = data_write_block(f, &i, offset + done, (const char *)from + done, part);
        if (!error)
            error = inode_store(f, inode, &i);
        error = log_end(f, error);
        done += error ? 0 : part;
    }
    return done && error != E_IO ? (int)done : error;
}

int fs_truncate(struct fs *f, uint32_t inode)
{
    struct inode i;
    int error = load_file(f, inode, &i);

    return error ? error : data_empty(f, inode);
}

void fs_hold(struct fs *f, uint32_t inode)
{
    if (inode - 1 < f->at.inodes)
        f->held[inode - 1]++;
}

int fs_release(struct fs *f, uint32_t inode)
{
    struct inode i;
    int error = inode_load(f, inode, &i);

    if (error)
        return error;
    if (!f->held[inode - 1])
        return E_INVAL;
    return --f->held[inode - 1] || i.links ? 0 : data_free(f, inode);
}
