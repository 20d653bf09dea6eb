/* SPDX-License-Identifier: MIT */
/* Paths: names with slashes between them. Every path that the kernel is given ends here. */
#include "guests/bantam/fs/fs_state.h"

/* 1 and the next name, 0 at the end. */
static int next_name(const char **path, struct name *n)
{
    while (**path == '/')
        ++*path;
    *n = (struct name){.at = *path};
    while (**path && **path != '/')
        ++*path;
    n->length = (uint32_t)(*path - n->at);
    return n->length > NAME_MAX ? E_NAMETOOLONG : n->length != 0;
}

static int is_dots(struct name n)
{
    return n.at[0] == '.' && (n.length == 1 || (n.length == 2 && n.at[1] == '.'));
}

/* Where a path begins. */
static int start(uint32_t from, const char *path)
{
    uint32_t length = 0;

    while (path[length])
        if (++length >= PATH_MAX)
            return E_NAMETOOLONG;
    if (!length)
        return E_NOENT;
    return *path == '/' ? ROOT_INODE : (int)from;
}

/* A directory that was removed while somebody stood in it leads nowhere, not even up: `..` may be another's by now. */
static int load_directory(struct fs *f, uint32_t number, struct inode *dir)
{
    int error = inode_load(f, number, dir);

    if (error)
        return error;
    if (dir->kind != KIND_DIRECTORY)
        return E_NOTDIR;
    return dir->links ? 0 : E_NOENT;
}

static int enter(struct fs *f, uint32_t number, struct name name)
{
    struct inode dir;
    uint32_t offset;
    int error = load_directory(f, number, &dir);

    return error ? error : dir_find(f, &dir, name, &offset);
}

int path_lookup(struct fs *f, uint32_t from, const char *path)
{
    struct inode i;
    struct name n = {0};
    int at = start(from, path), more = at < 0 ? at : 1;

    while (more > 0 && (more = next_name(&path, &n)) > 0) {
        at = enter(f, (uint32_t)at, n);
        more = at < 0 ? at : 1;
    }
    if (more < 0)
        return more;
    more = path[-1] == '/' ? load_directory(f, (uint32_t)at, &i) : inode_load(f, (uint32_t)at, &i);
    return more ? more : at;
}

int path_parent(struct fs *f, uint32_t from, const char *path, struct name *last)
{
    struct inode dir;
    struct name next;
    int at = start(from, path), more = at < 0 ? at : next_name(&path, last);

    if (!more)
        return E_INVAL;
    while (more > 0 && (more = next_name(&path, &next)) > 0) {
        at = enter(f, (uint32_t)at, *last);
        *last = next;
        more = at < 0 ? at : 1;
    }
    if (!more)
        more = load_directory(f, (uint32_t)at, &dir);
    if (more < 0)
        return more;
    return is_dots(*last) ? E_INVAL : at;
}
