/* SPDX-License-Identifier: MIT */
/*
 * mkfs.bantam IMAGE SIZE [PATH | PATH=FILE]...: makes an image of that size (K and M are understood) with these directories, and
 * copies of these files. Directories on the way are made too. The same arguments make the same image, byte by byte.
 */
#include <stdlib.h>
#include <string.h>

#include "guests/bantam/fs/fs_state.h"
#include "guests/bantam/tools/tools.h"

static void die(const char *what, const char *why)
{
    fprintf(stderr, "mkfs.bantam: %s: %s\n", what, why);
    exit(1);
}

/* What a call of the file system said, when it was no error. */
static int good(const char *what, int result)
{
#define ERROR(number, name, text) [number] = (text),
    static const char *const texts[] = {ERRORS};
#undef ERROR

    if (result < 0)
        die(what, texts[-result]);
    return result;
}

static uint32_t parse_size(const char *s)
{
    char *end;
    unsigned long n = strtoul(s, &end, 10);
    unsigned shift = *end == 'K' ? 10 : *end == 'M' ? 20 : 0;

    if (*s < '0' || *s > '9' || end[shift != 0] || n << shift >> shift != n ||
        n << shift > (unsigned long)BLOCKS_MAX * BLOCK_SIZE)
        die(s, "no size");
    return (uint32_t)(n << shift);
}

static FILE *create_image(const char *path, uint32_t bytes)
{
    FILE *file = fopen(path, "w+b");

    if (!file || bytes < BLOCK_SIZE || fseek(file, (long)bytes - 1, SEEK_SET) || putc(0, file) == EOF)
        die(path, "cannot be made");
    return file;
}

/* The numbers that suit a disk of that size. */
static int format(struct blockdev *d)
{
    uint32_t inodes = d->blocks / 8 / INODES * INODES, slots = d->blocks / 16;

    inodes = inodes < 2 * INODES ? 2 * INODES : inodes > INODES_MAX ? INODES_MAX : inodes;
    slots = slots < LOG_SLOTS_MIN ? LOG_SLOTS_MIN : slots > LOG_SLOTS_MAX ? LOG_SLOTS_MAX : slots;
    return newfs(d, slots, inodes);
}

/* All directories that `path` goes through, and itself when it is to be one. */
static void make_directories(struct fs *fs, const char *path, int itself)
{
    char prefix[PATH_MAX];
    int found;

    if (strlen(path) >= sizeof prefix)
        good(path, E_NAMETOOLONG);
    for (size_t i = 1, n = strlen(path); i <= n && i < sizeof prefix; i++) {
        if (path[i] != '/' && (path[i] || !itself))
            continue;
        memcpy(prefix, path, i);
        prefix[i] = 0;
        found = fs_lookup(fs, ROOT_INODE, prefix);
        good(path, found == E_NOENT ? fs_create(fs, ROOT_INODE, prefix, KIND_DIRECTORY) : found);
    }
}

static void copy(struct fs *fs, const char *path, const char *from)
{
    FILE *file = fopen(from, "rb");
    char part[16 * BLOCK_SIZE];
    uint32_t at = 0;
    size_t n;
    int inode;

    if (!file)
        die(from, "cannot be opened");
    inode = good(path, fs_create(fs, ROOT_INODE, path, KIND_FILE));
    while ((n = fread(part, 1, sizeof part, file)) > 0) {
        if (good(path, fs_write(fs, (uint32_t)inode, at, part, (uint32_t)n)) != (int)n)
            die(path, "disk full");
        at += (uint32_t)n;
    }
    if (ferror(file))
        die(from, "cannot be read");
    fclose(file);
}

static void add(struct fs *fs, char *word)
{
    char *from = strchr(word, '=');

    if (from)
        *from++ = 0;
    make_directories(fs, word, !from);
    if (from)
        copy(fs, word, from);
}

/* All is in its place: spares the first mount doing it again. */
static int clear_log(struct blockdev *d)
{
    static const union block zeros;

    return d->write(d, LOG_AT, &zeros);
}

int main(int argc, char **argv)
{
    static struct fs fs;
    struct blockdev disk;
    FILE *file;

    if (argc < 3) {
        fprintf(stderr, "usage: %s IMAGE SIZE [PATH | PATH=FILE]...\n", argv[0]);
        return 2;
    }
    file = create_image(argv[1], parse_size(argv[2]));
    filedev_init(&disk, file);
    if (format(&disk))
        die(argv[1], "too small for a file system");
    good(argv[1], fs_mount(&fs, &disk));
    for (int i = 3; i < argc; i++)
        add(&fs, argv[i]);
    good(argv[1], fs_sync(&fs));
    good(argv[1], clear_log(&disk));
    if (fclose(file))
        die(argv[1], "cannot be written");
    return 0;
}
