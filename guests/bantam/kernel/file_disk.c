/* SPDX-License-Identifier: MIT */
/* Files of the file system, and the calls that take a path. The file system knows one caller at a time: hence the lock. */
#include "guests/bantam/fs/fs_state.h"
#include "guests/bantam/kernel/file.h"
#include "guests/bantam/kernel/panic.h"
#include "guests/bantam/kernel/process.h"
#include "guests/bantam/kernel/user.h"

static struct fs root;
static struct lock busy;

void files_mount(struct blockdev *d)
{
    int error = fs_mount(&root, d);

    if (error)
        panic(NULL, "the root file system cannot be mounted (%d)", error);
}

static int done(int result)
{
    lock_give(&busy);
    return result;
}

int disk_lookup(uint32_t from, const char *path)
{
    lock_take(&busy);
    return done(fs_lookup(&root, from, path));
}

int disk_read(uint32_t inode, uint32_t offset, void *to, uint32_t bytes)
{
    lock_take(&busy);
    return done(fs_read(&root, inode, offset, to, bytes));
}

void disk_hold(uint32_t inode)
{
    lock_take(&busy);
    fs_hold(&root, inode);
    lock_give(&busy);
}

void disk_release(uint32_t inode)
{
    lock_take(&busy);
    (void)fs_release(&root, inode);
    lock_give(&busy);
}

/* Page by page; a page of the process stays where it is while this waits for the disk, for the process does. */
static int transfer(struct file *f, uint32_t at, uint32_t bytes, bool write)
{
    uint32_t moved = 0;

    while (moved < bytes) {
        void *memory;
        int room = user_bytes(at + moved, bytes - moved, !write, &memory), n;

        if (room < 0)
            return moved ? (int)moved : room;
        n = write ? fs_write(&root, f->inode, f->offset, memory, (uint32_t)room)
                  : fs_read(&root, f->inode, f->offset, memory, (uint32_t)room);
        if (n < 0)
            return moved ? (int)moved : n;
        moved += (uint32_t)n;
        f->offset += (uint32_t)n;
        if (n < room)
            break;
    }
    return (int)moved;
}

static int read(struct file *f, uint32_t at, uint32_t bytes)
{
    lock_take(&busy);
    return done(transfer(f, at, bytes, false));
}

static int write(struct file *f, uint32_t at, uint32_t bytes)
{
    struct stat s;
    int error = 0;

    lock_take(&busy);
    if (f->append) {
        error = fs_stat(&root, f->inode, &s);
        f->offset = s.size;
    }
    return done(error ? error : transfer(f, at, bytes, true));
}

static void close(struct file *f)
{
    disk_release(f->inode);
}

static const struct file_kind_calls calls = {read, write, close};

/* With the lock held: the inode that is to be opened, held; or E_*. */
static int find(const char *path, unsigned flags)
{
    int inode = fs_lookup(&root, current->directory, path), error = 0;
    struct stat s;

    if (inode == E_NOENT && (flags & O_CREATE))
        inode = fs_create(&root, current->directory, path, KIND_FILE);
    if (inode < 0)
        return inode;
    error = fs_stat(&root, (uint32_t)inode, &s);
    if (!error && (flags & (O_WRITE | O_TRUNCATE)) && s.kind == KIND_DIRECTORY)
        error = E_ISDIR;
    if (!error && (flags & O_TRUNCATE))
        error = fs_truncate(&root, (uint32_t)inode);
    if (error)
        return error;
    fs_hold(&root, (uint32_t)inode);
    return inode;
}

int file_open(const char *path, unsigned flags)
{
    struct file *f;
    int inode, fd;

    if (!(flags & (O_READ | O_WRITE)) || flags > (O_READ | O_WRITE | O_CREATE | O_TRUNCATE | O_APPEND))
        return E_INVAL;
    lock_take(&busy);
    inode = done(find(path, flags));
    if (inode < 0)
        return inode;
    f = file_new(&calls);
    if (!f) {
        disk_release((uint32_t)inode);
        return E_MFILE;
    }
    f->inode = (uint32_t)inode;
    f->read = flags & O_READ;
    f->write = flags & O_WRITE;
    f->append = flags & O_APPEND;
    fd = file_name(f);
    if (fd < 0)
        file_drop(f);
    return fd;
}

int file_unlink(const char *path)
{
    lock_take(&busy);
    return done(fs_unlink(&root, current->directory, path));
}

int file_mkdir(const char *path)
{
    int inode;

    lock_take(&busy);
    inode = done(fs_create(&root, current->directory, path, KIND_DIRECTORY));
    return inode < 0 ? inode : 0;
}

int file_stat(const char *path, struct stat *s)
{
    int inode;

    lock_take(&busy);
    inode = fs_lookup(&root, current->directory, path);
    return done(inode < 0 ? inode : fs_stat(&root, (uint32_t)inode, s));
}

int file_chdir(const char *path)
{
    struct stat s;
    int inode, error;

    lock_take(&busy);
    inode = fs_lookup(&root, current->directory, path);
    error = inode < 0 ? inode : fs_stat(&root, (uint32_t)inode, &s);
    if (!error && s.kind != KIND_DIRECTORY)
        error = E_NOTDIR;
    if (!error) {
        fs_hold(&root, (uint32_t)inode);
        (void)fs_release(&root, current->directory);
        current->directory = (uint32_t)inode;
    }
    return done(error);
}

int file_sync(void)
{
    lock_take(&busy);
    return done(fs_sync(&root));
}
