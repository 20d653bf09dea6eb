/* SPDX-License-Identifier: MIT */
/* The C library's functions that the file system uses. The kernel has its own; a freestanding compiler may lack <string.h>. */
#ifndef BANTAM_FS_BYTES_H
#define BANTAM_FS_BYTES_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t bytes);
void *memset(void *at, int byte, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

#endif
