/* SPDX-License-Identifier: MIT */
/*
 * What a file system of Bantam's ought to hold: a list of paths with contents. One number stands for the whole of it, and the
 * same number can be had from a mounted file system by walking it.
 */
#ifndef FSMODEL_H
#define FSMODEL_H

#include "guests/bantam/fs/fs.h"

enum { MODEL_NODES = 24, MODEL_BYTES = 32 * 1024 };

struct model {
    struct model_node {
        char path[PATH_MAX]; /* "": free */
        enum file_kind kind;
        uint32_t size;
        uint8_t data[MODEL_BYTES];
    } node[MODEL_NODES];
};

struct model_node *model_find(struct model *m, const char *path);
struct model_node *model_add(struct model *m, const char *path, enum file_kind kind);
int model_has_children(const struct model *m, const char *path);

uint64_t model_sum(const struct model *m);
/* Negative when the walk met an error, which is then in *error. */
uint64_t model_sum_of(struct fs *f, int *error);

#endif
