/* SPDX-License-Identifier: MIT */
/* Open files, whatever stands behind them, and the descriptors that name them. */
#ifndef BANTAM_FILE_H
#define BANTAM_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "guests/bantam/fs/fs.h"

struct process;
struct file;

/* The three kinds: file_disk.c, pipe.c, tty.c. Bytes moved, or E_*; `at` is an address of the running process. */
struct file_kind_calls {
    int (*read)(struct file *f, uint32_t at, uint32_t bytes);
    int (*write)(struct file *f, uint32_t at, uint32_t bytes);
    void (*close)(struct file *f); /* the last descriptor has gone */
};

struct file {
    unsigned users; /* descriptors, of all processes; 0: free */
    const struct file_kind_calls *calls;
    bool read, write, append;
    uint32_t inode, offset;
    struct pipe *pipe;
};

/* An open file with one user, or NULL. */
struct file *file_new(const struct file_kind_calls *calls);
void file_drop(struct file *f);
/* The lowest free descriptor of the running process gets `f`; E_MFILE. */
int file_name(struct file *f);

void files_open_first(struct process *p);                         /* 0, 1, 2: the terminal */
void files_share(struct process *to, const struct process *from); /* but for the directory */
/* The current directory is in use by one process more, or less. Both may wait. */
void files_hold_directory(const struct process *p);
void files_drop_directory(const struct process *p);
void files_close_all(struct process *p);

/* The system calls. */
int fd_read(int fd, uint32_t at, uint32_t bytes);
int fd_write(int fd, uint32_t at, uint32_t bytes);
int fd_close(int fd);
int fd_dup(int fd, int as);
int fd_seek(int fd, uint32_t offset);
int file_open(const char *path, unsigned flags);
int file_unlink(const char *path);
int file_mkdir(const char *path);
int file_stat(const char *path, struct stat *s);
int file_chdir(const char *path);
int file_sync(void);
int pipe_open(int fd[2]);

/* tty.c */
extern const struct file_kind_calls tty_calls;
void tty_start(void);

/* file_disk.c: the file system, one caller at a time. */
void files_mount(struct blockdev *root);
/* For exec: reads into the kernel's own memory. */
int disk_lookup(uint32_t from, const char *path);
int disk_read(uint32_t inode, uint32_t offset, void *to, uint32_t bytes);
void disk_hold(uint32_t inode);
void disk_release(uint32_t inode);

#endif
