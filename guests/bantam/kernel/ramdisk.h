/* SPDX-License-Identifier: MIT */
/* The disk that came with the kernel: an image that mkfs made, linked into it, written to in place. */
#ifndef BANTAM_RAMDISK_H
#define BANTAM_RAMDISK_H

#include "guests/bantam/fs/fs.h"

struct blockdev *ramdisk(void);

#endif
