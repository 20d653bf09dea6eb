/* SPDX-License-Identifier: MIT */
#include "guests/bantam/dev/ata.h"

#include <stddef.h>

/* There is no driver yet: every machine is one without a drive. */
struct blockdev *ata_start(void)
{
    return NULL;
}
