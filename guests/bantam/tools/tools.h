/* SPDX-License-Identifier: MIT */
/* What the host's tools, and tests, do with a file system besides mounting it. */
#ifndef BANTAM_TOOLS_H
#define BANTAM_TOOLS_H

#include <stdio.h>

#include "guests/bantam/fs/format.h"

/* newfs.c: an empty file system on the whole disk. E_INVAL: the disk is too small, or the numbers are not to be had. */
int newfs(struct blockdev *d, uint32_t log_slots, uint32_t inodes);

/*
 * check.c: every invariant of format.h, on the state that a mount would find. Writes one line a finding to `out`: how many
 * there are; E_INVAL: no file system of ours; E_IO: the disk cannot be read; E_NOMEM. Changes nothing.
 */
int fsck_check(struct blockdev *d, FILE *out);

/* filedev.c: a disk that is a file of the host. */
void filedev_init(struct blockdev *d, FILE *file);

#endif
