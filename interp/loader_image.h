/* SPDX-License-Identifier: MIT */
/* An executable image as a list of pieces: which of its bytes belong where in physical memory. Knows no machine. */
#ifndef INTERP_LOADER_IMAGE_H
#define INTERP_LOADER_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct boot;

/* `bytes` of the file from `offset` go to `pa`; up to `size` follow zeros. */
struct piece {
    uint64_t pa, size;
    size_t offset, bytes;
};

enum { IMAGE_PIECES = 64 };

struct image {
    struct piece piece[IMAGE_PIECES];
    unsigned pieces;
    uint32_t entry;
};

/* -1: not such an image, or a broken one; one line in `error`. */
int image_read(const struct boot *b, struct image *i, char *error, size_t room);

#endif
