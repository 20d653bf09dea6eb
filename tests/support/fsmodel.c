/* SPDX-License-Identifier: MIT */
#include "tests/support/fsmodel.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

struct model_node *model_find(struct model *m, const char *path)
{
    for (int i = 0; i < MODEL_NODES; i++)
        if (!strcmp(m->node[i].path, path))
            return &m->node[i];
    return NULL;
}

struct model_node *model_add(struct model *m, const char *path, enum file_kind kind)
{
    struct model_node *n = model_find(m, "");

    if (!n)
        return NULL;
    snprintf(n->path, sizeof n->path, "%s", path);
    n->kind = kind;
    n->size = 0;
    return n;
}

int model_has_children(const struct model *m, const char *path)
{
    size_t length = strlen(path);

    for (int i = 0; i < MODEL_NODES; i++)
        if (!strncmp(m->node[i].path, path, length) && m->node[i].path[length] == '/')
            return 1;
    return 0;
}

static uint64_t sum_node(const char *path, enum file_kind kind, const void *data, uint32_t size)
{
    return XXH64(path, strlen(path), kind == KIND_DIRECTORY ? 1 : XXH64(data, size, 2));
}

uint64_t model_sum(const struct model *m)
{
    uint64_t sum = 0;

    for (int i = 0; i < MODEL_NODES; i++)
        if (m->node[i].path[0])
            sum += sum_node(m->node[i].path, m->node[i].kind, m->node[i].data, m->node[i].size);
    return sum;
}

static uint64_t sum_below(struct fs *f, uint32_t dir, const char *path, int *error);

static uint64_t sum_entry(struct fs *f, const struct dirent *e, const char *path, int *error)
{
    static uint8_t data[MODEL_BYTES];
    char full[2 * PATH_MAX];
    struct stat s;
    int n;

    snprintf(full, sizeof full, "%s/%s", path, e->name);
    if (strlen(full) >= PATH_MAX || (*error = fs_stat(f, e->inode, &s)))
        return 0;
    if (s.kind == KIND_DIRECTORY)
        return sum_node(full, KIND_DIRECTORY, NULL, 0) + sum_below(f, e->inode, full, error);
    n = fs_read(f, e->inode, 0, data, sizeof data);
    if (n != (int)s.size)
        *error = n < 0 ? n : E_FBIG;
    return *error ? 0 : sum_node(full, KIND_FILE, data, s.size);
}

static uint64_t sum_below(struct fs *f, uint32_t dir, const char *path, int *error)
{
    struct dirent e;
    uint64_t sum = 0;
    int n;

    for (uint32_t at = 2 * sizeof e; !*error && (n = fs_read(f, dir, at, &e, sizeof e)) != 0; at += sizeof e) {
        if (n != (int)sizeof e)
            *error = n < 0 ? n : E_IO;
        else if (e.inode)
            sum += sum_entry(f, &e, path, error);
    }
    return sum;
}

uint64_t model_sum_of(struct fs *f, int *error)
{
    *error = 0;
    return sum_below(f, ROOT_INODE, "", error);
}
