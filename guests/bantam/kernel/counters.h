/* SPDX-License-Identifier: MIT */
/* What system call `counters` tells: each file counts its own. */
#ifndef BANTAM_COUNTERS_H
#define BANTAM_COUNTERS_H

#include "guests/bantam/include/abi.h"

extern struct counters counters;

#endif
