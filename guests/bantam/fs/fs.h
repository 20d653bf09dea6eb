/* SPDX-License-Identifier: MIT */
/*
 * Bantam's file system. These files know neither the kernel nor the machine: they are compiled into the kernel, and on the
 * host into mkfs and fsck, and see a disk only through struct blockdev. format.h draws what lies on the disk.
 *
 * Promise: a power cut at any write leaves a disk that mounts and is consistent; what fs_sync() has returned for is there.
 * One caller at a time: the kernel holds a lock around each call.
 */
#ifndef BANTAM_FS_H
#define BANTAM_FS_H

#include <stdint.h>

#include "guests/bantam/include/abi.h"

enum { BLOCK_SIZE = 1024 };

/* Results are 0, or a negative E_* (abi.h). A write may stay in the device's own cache until flush() has returned. */
struct blockdev {
    uint32_t blocks;
    int (*read)(struct blockdev *d, uint32_t block, void *to);
    int (*write)(struct blockdev *d, uint32_t block, const void *from);
    int (*flush)(struct blockdev *d);
    void *ctx;
};

struct fs; /* fs_state.h; its size is fixed, nothing is allocated */

/* Replays the log. E_INVAL: no file system of ours. */
int fs_mount(struct fs *f, struct blockdev *d);
int fs_sync(struct fs *f);

enum { ROOT_INODE = 1 };

/* From directory `from`, or the root when the path starts with '/'. The inode's number, or E_*. */
int fs_lookup(struct fs *f, uint32_t from, const char *path);
/* A new file or directory, with `.` and `..` in the latter. Its number; E_EXIST. */
int fs_create(struct fs *f, uint32_t from, const char *path, enum file_kind kind);
int fs_unlink(struct fs *f, uint32_t from, const char *path);
int fs_stat(struct fs *f, uint32_t inode, struct stat *s);
/* Bytes moved, or E_*. A directory can be read, as an array of struct dirent. A short write says the disk is full. */
int fs_read(struct fs *f, uint32_t inode, uint32_t offset, void *to, uint32_t bytes);
int fs_write(struct fs *f, uint32_t inode, uint32_t offset, const void *from, uint32_t bytes);
int fs_truncate(struct fs *f, uint32_t inode);
/* An open file that is unlinked lives until it is closed: the kernel says when it is opened and closed. */
void fs_hold(struct fs *f, uint32_t inode);
int fs_release(struct fs *f, uint32_t inode);

#endif
