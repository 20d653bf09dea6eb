/* SPDX-License-Identifier: MIT */
/*
 * What a mounted file system keeps in memory, and what its files say to each other. From the bottom up:
 *
 *      layout.c    where things lie               inode.c     inodes
 *      cache.c     blocks in memory               data.c      bytes of a file
 *      log.c       all or nothing                 dir.c       names
 *      bitmap.c    blocks in use                  path.c      paths
 *      map.c       which block of a file is where fs.c        the calls of fs.h
 *
 * Functions return 0 or something useful, or a negative E_*. What was read from the disk is believed only after a check; what
 * fails one is E_IO, as a sector that cannot be read is.
 */
#ifndef BANTAM_FS_STATE_H
#define BANTAM_FS_STATE_H

#include "guests/bantam/fs/format.h"

enum {
    STEP_BLOCKS = 12, /* the most that one step changes: making a directory (fs.c) */
    CACHE_BLOCKS = LOG_SLOTS_MAX + 64,
    CACHE_CHAINS = 64
};
_Static_assert((int)STEP_BLOCKS <= (int)LOG_SLOTS_MIN, "a step fits into the smallest log");

struct buffer {
    uint32_t block;
    uint32_t used;  /* when, by struct cache's clock */
    uint16_t chain; /* the next of its chain, + 1 */
    uint16_t state;
    union block data;
};

struct cache {
    uint32_t clock;
    uint32_t dirty;               /* how many are: they stay until they are committed */
    uint16_t chain[CACHE_CHAINS]; /* by block number; the first buffer, + 1 */
    struct buffer buffer[CACHE_BLOCKS];
};

struct fs {
    struct blockdev *disk;
    struct layout at;
    uint32_t free;                   /* blocks */
    uint32_t next_block, next_inode; /* where to look first for a free one */
    int unflushed;                   /* the last transaction's blocks may not be in their places yet */
    int failed;                      /* a step was left half done: nothing is committed any more */
    uint16_t held[INODES_MAX];       /* open files, by inode - 1 */
    union block header;              /* of the log, while it is written */
    struct cache cache;
};

/* cache.c. What is got is valid until the next call of cache_get() or cache_new(). */
enum { BUFFER_EMPTY, BUFFER_CLEAN, BUFFER_DIRTY };
void cache_reset(struct cache *c);
int cache_get(struct fs *f, uint32_t block, union block **got);
/* The same, but the block's old contents do not matter: zeros, changed. */
int cache_new(struct fs *f, uint32_t block, union block **got);
/* The block that was just got is changed. */
void cache_changed(struct fs *f, const union block *got);

/* log.c */
int log_replay(struct fs *f);
/* Makes room for a step: a change that leaves the file system consistent, of at most STEP_BLOCKS blocks. */
int log_begin(struct fs *f);
/* Ends a step. Returns `result`; E_IO leaves the step half done. */
int log_end(struct fs *f, int result);
int log_commit(struct fs *f);

/* bitmap.c */
int bitmap_count_free(struct fs *f);
int bitmap_take(struct fs *f); /* the block, zeroed */
int bitmap_give(struct fs *f, uint32_t block);
int bitmap_holds_data(const struct fs *f, uint32_t block);

/* map.c */
/* The block, or 0 for a hole. */
int map_find(struct fs *f, const struct inode *i, uint32_t index);
/* The same, made when it is not there. Changes `i`, which the caller stores. E_NOSPC: nothing was changed. */
int map_make(struct fs *f, struct inode *i, uint32_t index);
/* Gives back the last block of a file and what leads to nothing else: how many blocks the file has then. */
int map_cut(struct fs *f, struct inode *i, uint32_t index);

/* inode.c. E_NOENT: it is free. */
int inode_load(struct fs *f, uint32_t number, struct inode *i);
int inode_store(struct fs *f, uint32_t number, const struct inode *i);
int inode_take(struct fs *f);

/* data.c */
int data_read(struct fs *f, const struct inode *i, uint32_t offset, void *to, uint32_t bytes);
/* Within a step, and within one block. Changes `i`, which the caller stores. */
int data_write_block(struct fs *f, struct inode *i, uint32_t offset, const void *from, uint32_t bytes);
/* In steps of its own. */
int data_empty(struct fs *f, uint32_t number);
int data_free(struct fs *f, uint32_t number);

/* dir.c */
struct name {
    const char *at;
    uint32_t length;
};
/* An entry's inode, and where it stands in the directory. */
int dir_find(struct fs *f, const struct inode *dir, struct name name, uint32_t *offset);
/* Within a step. Changes `dir`, which the caller stores. */
int dir_add(struct fs *f, struct inode *dir, struct name name, uint32_t inode);
int dir_remove(struct fs *f, struct inode *dir, uint32_t offset);
/* Nothing but `.` and `..`: 1; else 0. */
int dir_is_empty(struct fs *f, const struct inode *dir);

/* path.c */
int path_lookup(struct fs *f, uint32_t from, const char *path);
/* The directory that the path's last name stands in, and that name. E_INVAL: it has none, or one that is `.` or `..`. */
int path_parent(struct fs *f, uint32_t from, const char *path, struct name *last);

#endif
