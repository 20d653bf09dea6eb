/* SPDX-License-Identifier: MIT */
/*
 * A disk whose sectors are a file of the host's: written through, or, as a snapshot, read from the file and written beside
 * it, so that the file stays as it is. What a snapshot has written is part of the machine's state; what is written through
 * lies in the file, and is not. A file that is written through is no other disk at the same time (flock()).
 */
#ifndef INTERP_DISKFILE_H
#define INTERP_DISKFILE_H

#include <stdbool.h>
#include <stddef.h>

struct disk;

/* NULL: one line in `error`. */
struct disk *diskfile_open(const char *path, bool snapshot, char *error, size_t room);
/* 0, or -1 with one line in `error`: what was written may not all be in the file. NULL is allowed. */
int diskfile_close(struct disk *d, char *error, size_t room);

#endif
