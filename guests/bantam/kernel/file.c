/* SPDX-License-Identifier: MIT */
/* Descriptors of each process, and the open files that they share. What an open file does is its kind's affair: see file.h. */
#include "guests/bantam/kernel/file.h"

#include "guests/bantam/kernel/process.h"

enum { FILES = 256 };

static struct file files[FILES];

struct file *file_new(const struct file_kind_calls *calls)
{
    for (struct file *f = files; f < files + FILES; f++)
        if (!f->users) {
            *f = (struct file){.users = 1, .calls = calls};
            return f;
        }
    return NULL;
}

void file_drop(struct file *f)
{
    if (--f->users == 0)
        f->calls->close(f);
}

static int lowest_free(void)
{
    for (int fd = 0; fd < FILES_MAX; fd++)
        if (!current->file[fd])
            return fd;
    return E_MFILE;
}

int file_name(struct file *f)
{
    int fd = lowest_free();

    if (fd >= 0)
        current->file[fd] = f;
    return fd;
}

static struct file *file_of(int fd)
{
    return fd >= 0 && fd < FILES_MAX ? current->file[fd] : NULL;
}

void files_open_first(struct process *p)
{
    struct file *f = file_new(&tty_calls);

    f->read = f->write = true;
    f->users = 3;
    for (int fd = 0; fd < 3; fd++)
        p->file[fd] = f;
}

void files_share(struct process *to, const struct process *from)
{
    for (int fd = 0; fd < FILES_MAX; fd++) {
        to->file[fd] = from->file[fd];
        if (to->file[fd])
            to->file[fd]->users++;
    }
}

void files_hold_directory(const struct process *p)
{
    disk_hold(p->directory);
}

void files_drop_directory(const struct process *p)
{
    disk_release(p->directory);
}

void files_close_all(struct process *p)
{
    for (int fd = 0; fd < FILES_MAX; fd++)
        if (p->file[fd]) {
            file_drop(p->file[fd]);
            p->file[fd] = NULL;
        }
    files_drop_directory(p);
}

int fd_read(int fd, uint32_t at, uint32_t bytes)
{
    struct file *f = file_of(fd);

    if (!f || !f->read)
        return E_BADF;
    return bytes > INT32_MAX ? E_INVAL : f->calls->read(f, at, bytes);
}

int fd_write(int fd, uint32_t at, uint32_t bytes)
{
    struct file *f = file_of(fd);

    if (!f || !f->write)
        return E_BADF;
    return bytes > INT32_MAX ? E_INVAL : f->calls->write(f, at, bytes);
}

int fd_close(int fd)
{
    struct file *f = file_of(fd);

    if (!f)
        return E_BADF;
    current->file[fd] = NULL;
    file_drop(f);
    return 0;
}

int fd_dup(int fd, int as)
{
    struct file *f = file_of(fd);

    if (!f || as < -1 || as >= FILES_MAX)
        return E_BADF;
    if (as == -1)
        as = lowest_free();
    if (as < 0 || as == fd)
        return as;
    f->users++;
    if (current->file[as])
        file_drop(current->file[as]);
    current->file[as] = f;
    return as;
}

int fd_seek(int fd, uint32_t offset)
{
    struct file *f = file_of(fd);

    if (!f || !f->inode)
        return E_BADF;
    if (offset > INT32_MAX)
        return E_INVAL;
    f->offset = offset;
    return (int)offset;
}
