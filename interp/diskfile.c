/* SPDX-License-Identifier: MIT */
/* MAP_ANONYMOUS, which every system has and POSIX only has since 2024, and flock(). */
#define _DEFAULT_SOURCE 1

#include "interp/diskfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interp/dev/disk.h"
#include "interp/state.h"

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

/* As many sectors as 28 bits can address (ATA/ATAPI-4, 6.2). */
static const uint64_t SECTORS_MAX = (UINT64_C(1) << 28) - 1;

struct diskfile {
    struct disk disk;
    int fd;
    /* A snapshot's own sectors, and which of them it has; NULL where it is none. Pages never touched cost nothing. */
    uint8_t *beside, *written;
};

static struct diskfile *of(struct disk *d)
{
    return (struct diskfile *)(void *)((char *)d - offsetof(struct diskfile, disk));
}

static bool has(const struct diskfile *f, uint64_t lba)
{
    return f->written && f->written[lba / 8] >> lba % 8 & 1;
}

static int read_sector(struct disk *d, uint64_t lba, uint8_t to[SECTOR])
{
    const struct diskfile *f = of(d);

    if (has(f, lba)) {
        memcpy(to, f->beside + lba * SECTOR, SECTOR);
        return 0;
    }
    return pread(f->fd, to, SECTOR, (off_t)(lba * SECTOR)) == SECTOR ? 0 : -1;
}

static int write_sector(struct disk *d, uint64_t lba, const uint8_t from[SECTOR])
{
    struct diskfile *f = of(d);

    if (!f->beside)
        return pwrite(f->fd, from, SECTOR, (off_t)(lba * SECTOR)) == SECTOR ? 0 : -1;
    memcpy(f->beside + lba * SECTOR, from, SECTOR);
    f->written[lba / 8] |= (uint8_t)(1u << lba % 8);
    return 0;
}

static int flush(struct disk *d)
{
    const struct diskfile *f = of(d);

    return f->beside || fsync(f->fd) == 0 ? 0 : -1;
}

/* Of a snapshot: sector, contents; ...; the number of sectors ends the list. Loading forgets what was written before. */
static void contents(struct state *s, struct disk *d)
{
    struct diskfile *f = of(d);
    bool snapshot = f->beside, same = snapshot;
    uint64_t lba = 0;

    state_bool(s, &snapshot);
    state_check(s, snapshot == same, "a disk was a snapshot, or is one now, and was or is not");
    if (!same || s->error[0])
        return;
    if (state_loading(s))
        memset(f->written, 0, d->sectors / 8 + 1);
    for (uint64_t next = 0;; next++) {
        while (s->dir == STATE_SAVE && next < d->sectors && !has(f, next))
            next++;
        lba = next;
        state_u64(s, &lba);
        if (s->error[0] || lba >= d->sectors)
            break;
        state_check(s, lba >= next, "sectors of a disk out of order");
        next = lba;
        state_bytes(s, f->beside + lba * SECTOR, SECTOR);
        f->written[lba / 8] |= (uint8_t)(1u << lba % 8);
    }
    state_check(s, lba == d->sectors, "sectors of a disk do not end");
}

static uint8_t *pages(uint64_t size)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *p = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, flags, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

static void release(struct diskfile *f)
{
    if (f->beside)
        munmap(f->beside, (size_t)(f->disk.sectors * SECTOR));
    if (f->written)
        munmap(f->written, (size_t)(f->disk.sectors / 8 + 1));
    if (f->fd >= 0)
        close(f->fd);
    free(f);
}

/* The file's size, in sectors. */
static int measure(struct diskfile *f, const char *path, char *error, size_t room)
{
    struct stat st;
    uint64_t size;

    if (fstat(f->fd, &st)) {
        (void)snprintf(error, room, "%s: %s", path, strerror(errno));
        return -1;
    }
    if (!S_ISREG(st.st_mode)) {
        (void)snprintf(error, room, "%s: a disk must be a regular file", path);
        return -1;
    }
    size = (uint64_t)st.st_size;
    if (!size || size % SECTOR || size / SECTOR > SECTORS_MAX) {
        (void)snprintf(error, room, "%s: %" PRIu64 " bytes: a disk has 1 to %" PRIu64 " sectors of %d bytes", path,
                       size, SECTORS_MAX, SECTOR);
        return -1;
    }
    f->disk.sectors = size / SECTOR;
    return 0;
}

/*
 * One writer, or any number of snapshots: two guests that write one file system spoil it, and so does one that reads what
 * another writes. A file system that knows no locks has none.
 */
static int lock(const struct diskfile *f, const char *path, bool snapshot, char *error, size_t room)
{
    if (flock(f->fd, (snapshot ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return 0;
    (void)snprintf(error, room, "%s: in use as another disk, of this run or of another", path);
    return -1;
}

static int start(struct diskfile *f, const char *path, bool snapshot, char *error, size_t room)
{
    f->fd = open(path, (snapshot ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK);
    if (f->fd < 0) {
        (void)snprintf(error, room, "%s: %s", path, strerror(errno));
        return -1;
    }
    if (measure(f, path, error, room) || lock(f, path, snapshot, error, room))
        return -1;
    if (!snapshot)
        return 0;
    f->beside = pages(f->disk.sectors * SECTOR);
    f->written = pages(f->disk.sectors / 8 + 1);
    if (f->beside && f->written)
        return 0;
    (void)snprintf(error, room, "%s: no room for a snapshot: %s", path, strerror(errno));
    return -1;
}

struct disk *diskfile_open(const char *path, bool snapshot, char *error, size_t room)
{
    struct diskfile *f = calloc(1, sizeof *f);

    if (!f) {
        (void)snprintf(error, room, "%s: %s", path, strerror(errno));
        return NULL;
    }
    f->fd = -1;
    f->disk = (struct disk){.read = read_sector, .write = write_sector, .flush = flush, .state = contents};
    if (start(f, path, snapshot, error, room)) {
        release(f);
        return NULL;
    }
    return &f->disk;
}

int diskfile_close(struct disk *d, char *error, size_t room)
{
    int result;

    if (!d)
        return 0;
    result = of(d)->beside ? 0 : fsync(of(d)->fd);
    if (result)
        (void)snprintf(error, room, "%s", strerror(errno));
    release(of(d));
    return result;
}
