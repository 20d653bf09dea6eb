/* SPDX-License-Identifier: MIT */
/*
 * Is a file system what format.h says? A judge of the code in fs/, so it shares with it only the format: it follows the
 * pointers by itself, and looks through the log instead of replaying it.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "guests/bantam/tools/tools.h"

struct check {
    struct blockdev *disk;
    FILE *out;
    int findings, error;
    struct layout at;
    struct log_header log; /* count 0: nothing to look through */
    struct inode *inode;   /* all of them, by number */
    uint32_t *owner;       /* of each block: an inode, or UINT32_MAX for what belongs to no file */
    uint32_t *links;       /* entries that name an inode */
    uint32_t *parent;      /* of a directory: where the one entry stands that names it, `.` and `..` apart */
};

static void finding(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void finding(struct check *c, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(c->out, format, args);
    va_end(args);
    fputc('\n', c->out);
    c->findings++;
}

/* ---- blocks, as a mount would see them ------------------------------------------------------------------------- */

static void get(struct check *c, uint32_t block, union block *b)
{
    for (uint32_t i = c->log.count; i-- > 0;)
        if (c->log.target[i] == block) {
            block = LOG_AT + 1 + i;
            break;
        }
    if (c->disk->read(c->disk, block, b)) {
        c->error = E_IO;
        memset(b, 0, sizeof *b);
    }
}

static void read_log(struct check *c)
{
    union block header, b;
    uint32_t crc;

    get(c, LOG_AT, &header);
    if (header.log.magic != MAGIC_LOG || header.log.count > c->at.log_slots)
        return;
    crc = crc32_add(0, &header.log.count, 4 + 4 * header.log.count);
    for (uint32_t i = 0; i < header.log.count; i++) {
        get(c, LOG_AT + 1 + i, &b);
        crc = crc32_add(crc, &b, BLOCK_SIZE);
    }
    if (crc != header.log.checksum)
        return;
    for (uint32_t i = 0; i < header.log.count; i++)
        if (header.log.target[i] < c->at.bitmap || header.log.target[i] >= c->at.blocks)
            finding(c, "log: slot %u goes to block %u", i, header.log.target[i]);
    if (!c->findings)
        c->log = header.log;
}

static int start(struct check *c)
{
    union block b;

    if (c->disk->blocks <= SUPERBLOCK_AT)
        return E_INVAL;
    get(c, SUPERBLOCK_AT, &b);
    if (c->error)
        return c->error;
    if (layout_read(&c->at, &b.superblock, c->disk->blocks))
        return E_INVAL;
    read_log(c);
    c->inode = calloc(c->at.inodes + 1, sizeof *c->inode);
    c->owner = calloc(c->at.blocks, sizeof *c->owner);
    c->links = calloc(c->at.inodes + 1, sizeof *c->links);
    c->parent = calloc(c->at.inodes + 1, sizeof *c->parent);
    if (!c->inode || !c->owner || !c->links || !c->parent)
        return E_NOMEM;
    for (uint32_t n = 1; n <= c->at.inodes; n++) {
        if (n % INODES == 1)
            get(c, c->at.inode_table + (n - 1) / INODES, &b);
        c->inode[n] = b.inode[(n - 1) % INODES];
    }
    for (uint32_t block = 0; block < c->at.data; block++)
        c->owner[block] = UINT32_MAX;
    return c->error;
}

/* ---- inodes and what hangs on them ----------------------------------------------------------------------------- */

/* `first`: the index in the file of the first block that this pointer leads to, by `levels` blocks of pointers. */
static void follow(struct check *c, uint32_t n, uint32_t pointer, int levels, uint32_t first)
{
    union block b;

    if (!pointer)
        return;
    if (pointer < c->at.data || pointer >= c->at.blocks) {
        finding(c, "inode %u: block %u is no data block", n, pointer);
        return;
    }
    if (c->owner[pointer]) { /* so no block is followed twice, and no circle forever */
        finding(c, "inode %u: block %u is inode %u's", n, pointer, c->owner[pointer]);
        return;
    }
    c->owner[pointer] = n;
    if (first >= blocks_of(c->inode[n].size))
        finding(c, "inode %u: block %u hangs behind the end", n, pointer);
    if (!levels)
        return;
    get(c, pointer, &b);
    for (uint32_t i = 0; i < POINTERS; i++)
        follow(c, n, b.word[i], levels - 1, first + i * (levels > 1 ? POINTERS : 1));
}

static int is_unsound(const struct check *c, const struct inode *i)
{
    const uint32_t entry = sizeof(struct dirent);

    if (i->kind == KIND_DIRECTORY)
        return i->size % entry || i->size / entry > c->at.inodes + 2;
    return i->kind != KIND_FILE || i->size > FILE_MAX;
}

static void check_inode(struct check *c, uint32_t n)
{
    static const struct inode none;
    struct inode *i = &c->inode[n];

    if (i->kind == KIND_NONE) {
        if (memcmp(i, &none, sizeof none) != 0)
            finding(c, "inode %u: free, but not empty", n);
        return;
    }
    if (is_unsound(c, i)) {
        finding(c, "inode %u: kind %u, size %u", n, i->kind, i->size);
        *i = none;
        return;
    }
    for (uint32_t k = 0; k < INDIRECT; k++)
        follow(c, n, i->block[k], 0, k);
    follow(c, n, i->block[INDIRECT], 1, INDIRECT);
    follow(c, n, i->block[DOUBLE_INDIRECT], 2, INDIRECT + POINTERS);
}

static void check_bitmap(struct check *c)
{
    union block b;

    for (uint32_t block = 0; block < (c->at.inode_table - c->at.bitmap) * BITS; block++) {
        uint32_t used, marked;

        if (block % BITS == 0)
            get(c, c->at.bitmap + block / BITS, &b);
        used = block >= c->at.blocks || c->owner[block];
        marked = b.word[block % BITS / 32] >> block % 32 & 1;
        if (used != marked)
            finding(c, "block %u: %s", block, used ? "in use, but marked free" : "marked in use, but nobody's");
    }
}

/* ---- names ----------------------------------------------------------------------------------------------------- */

static uint32_t pointer_at(struct check *c, uint32_t block, uint32_t at)
{
    union block b;

    if (block < c->at.data || block >= c->at.blocks)
        return 0;
    get(c, block, &b);
    return b.word[at];
}

/* A directory's block; it is small enough not to need block[DOUBLE_INDIRECT]. */
static void get_of(struct check *c, const struct inode *i, uint32_t index, union block *b)
{
    uint32_t block = index < INDIRECT ? i->block[index] : pointer_at(c, i->block[INDIRECT], index - INDIRECT);

    memset(b, 0, sizeof *b);
    if (block >= c->at.data && block < c->at.blocks)
        get(c, block, b);
}
_Static_assert((INODES_MAX + 2) / ENTRIES < INDIRECT + POINTERS, "");

static struct dirent *read_entries(struct check *c, uint32_t n)
{
    const struct inode *i = &c->inode[n];
    struct dirent *list = calloc(blocks_of(i->size) + 1, BLOCK_SIZE);

    if (!list)
        c->error = E_NOMEM;
    for (uint32_t k = 0; list && k < blocks_of(i->size); k++)
        get_of(c, i, k, (union block *)(void *)((char *)list + (size_t)k * BLOCK_SIZE));
    return list;
}

static int is_name(const struct dirent *e)
{
    size_t length = strnlen(e->name, sizeof e->name);

    return length && length <= NAME_MAX && !memchr(e->name, '/', length) && strcmp(e->name, ".") != 0 &&
           strcmp(e->name, "..") != 0;
}

static int by_name(const void *a, const void *b)
{
    const struct dirent *const *x = a, *const *y = b;

    return memcmp((*x)->name, (*y)->name, sizeof(*x)->name);
}

static void check_twice(struct check *c, uint32_t n, struct dirent *list, uint32_t count)
{
    struct dirent **sorted = calloc(count + 1, sizeof *sorted);
    uint32_t names = 0;

    if (!sorted) {
        c->error = E_NOMEM;
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        if (list[i].inode)
            sorted[names++] = &list[i];
    qsort(sorted, names, sizeof *sorted, by_name);
    for (uint32_t i = 1; i < names; i++)
        if (!strncmp(sorted[i - 1]->name, sorted[i]->name, sizeof sorted[i]->name))
            finding(c, "directory %u: a name stands there twice (%u, %u)", n, sorted[i - 1]->inode, sorted[i]->inode);
    free(sorted);
}

static void check_entry(struct check *c, uint32_t n, uint32_t k, const struct dirent *e)
{
    if (e->inode > c->at.inodes || c->inode[e->inode].kind == KIND_NONE || !c->inode[e->inode].links) {
        finding(c, "directory %u: entry %u names inode %u, which is free", n, k, e->inode);
        return;
    }
    c->links[e->inode]++;
    if (k < 2)
        return;
    if (!is_name(e))
        finding(c, "directory %u: entry %u has no proper name", n, k);
    if (c->inode[e->inode].kind != KIND_DIRECTORY)
        return;
    if (c->parent[e->inode])
        finding(c, "directory %u: stands in %u and in %u", e->inode, c->parent[e->inode], n);
    c->parent[e->inode] = n;
}

static void check_directory(struct check *c, uint32_t n)
{
    uint32_t count = c->inode[n].size / sizeof(struct dirent);
    struct dirent *list = read_entries(c, n);

    if (!list)
        return;
    if (count < 2 || list[0].inode != n || strcmp(list[0].name, ".") != 0 || !list[1].inode ||
        strcmp(list[1].name, "..") != 0)
        finding(c, "directory %u: does not begin with . and ..", n);
    for (uint32_t k = 0; k < count; k++)
        if (list[k].inode)
            check_entry(c, n, k, &list[k]);
    check_twice(c, n, list, count);
    free(list);
}

/* Is this directory below the root, and does its `..` say so? */
static void check_place(struct check *c, uint32_t n)
{
    union block b;
    uint32_t up = n, steps = 0, parent = n == ROOT_INODE ? ROOT_INODE : c->parent[n];

    get_of(c, &c->inode[n], 0, &b);
    if (b.entry[1].inode != parent)
        finding(c, "directory %u: stands in %u, but `..` is %u", n, parent, b.entry[1].inode);
    while (up && up != ROOT_INODE && steps++ <= c->at.inodes)
        up = c->parent[up];
    if (up != ROOT_INODE)
        finding(c, "directory %u: no way from the root leads there", n);
}

static void check_names(struct check *c)
{
    const struct inode *root = &c->inode[ROOT_INODE];

    if (root->kind != KIND_DIRECTORY || !root->links)
        finding(c, "the root is no directory");
    for (uint32_t n = 1; n <= c->at.inodes; n++)
        if (c->inode[n].kind == KIND_DIRECTORY && c->inode[n].links)
            check_directory(c, n);
    if (c->parent[ROOT_INODE])
        finding(c, "the root stands in directory %u", c->parent[ROOT_INODE]);
    for (uint32_t n = 1; n <= c->at.inodes; n++) {
        if (c->inode[n].links != c->links[n])
            finding(c, "inode %u: %u entries name it, but it counts %u", n, c->links[n], c->inode[n].links);
        if (c->inode[n].kind == KIND_DIRECTORY && c->inode[n].links)
            check_place(c, n);
    }
}

int fsck_check(struct blockdev *d, FILE *out)
{
    struct check c = {.disk = d, .out = out};
    int error = start(&c);

    if (!error) {
        for (uint32_t n = 1; n <= c.at.inodes; n++)
            check_inode(&c, n);
        check_bitmap(&c);
        check_names(&c);
    }
    free(c.inode);
    free(c.owner);
    free(c.links);
    free(c.parent);
    return error ? error : c.error ? c.error : c.findings;
}
