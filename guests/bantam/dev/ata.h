/* SPDX-License-Identifier: MIT */
/* The first ATA drive, by programmed I/O. */
#ifndef BANTAM_ATA_H
#define BANTAM_ATA_H

#include "guests/bantam/fs/fs.h"

/* NULL: there is no drive. */
struct blockdev *ata_start(void);

#endif
