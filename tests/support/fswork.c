/* SPDX-License-Identifier: MIT */
/*
 * States are noted before the call that makes them, since a call may commit what came before it. A call that takes several
 * steps passes through states of its own, which are noted too.
 */
#include "tests/support/fswork.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t draw(struct fswork *w, uint32_t below)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (uint32_t)(w->random >> 20) % below;
}

static void note(struct fswork *w)
{
    if (w->sums == w->room) {
        w->room = w->room ? 2 * w->room : 1024;
        w->sum = realloc(w->sum, w->room * sizeof *w->sum);
        if (!w->sum)
            abort();
    }
    w->sum[w->sums++] = model_sum(w->model);
}

void fswork_init(struct fswork *w, struct fs *fs, struct model *model, uint64_t seed)
{
    memset(model, 0, sizeof *model);
    *w = (struct fswork){.fs = fs, .model = model, .random = seed * 0x9e3779b97f4a7c15 + 1};
    note(w);
}

void fswork_free(struct fswork *w)
{
    free(w->sum);
}

/* /a, /a/b, /c and things in them. */
static void draw_path(struct fswork *w, char path[PATH_MAX])
{
    static const char *const dirs[] = {"", "/a", "/a/b", "/c"};
    static const char *const names[] = {"a", "b", "c", "file", "x", "a-name-of-27-characters-long"};

    snprintf(path, PATH_MAX, "%s/%.27s", dirs[draw(w, 4)], names[draw(w, 6)]);
}

/* Does the directory that it is to stand in exist? What the kernel's call would say when not. */
static int parent_error(struct fswork *w, const char *path)
{
    char up[PATH_MAX];
    struct model_node *n;

    snprintf(up, sizeof up, "%s", path);
    *strrchr(up, '/') = 0;
    n = up[0] ? model_find(w->model, up) : NULL;
    return !up[0] ? 0 : !n ? E_NOENT : n->kind == KIND_DIRECTORY ? 0 : E_NOTDIR;
}

/* In /a/c/x, /a may be missing or a file while /a/c is not known: then any error will do. */
static int is_answer(int got, int want)
{
    return got == want || (want < 0 && (got == E_NOENT || got == E_NOTDIR));
}

static int make(struct fswork *w, const char *path)
{
    enum file_kind kind = strrchr(path, '/')[2] || draw(w, 8) == 0 ? KIND_FILE : KIND_DIRECTORY;
    int want = parent_error(w, path), got;

    if (!want && model_find(w->model, path))
        want = E_EXIST;
    if (!want && !model_add(w->model, path, kind))
        return 0;
    note(w);
    got = fs_create(w->fs, ROOT_INODE, path, kind);
    if (got == E_NOSPC && !want) {
        w->full++;
        model_find(w->model, path)->path[0] = 0;
        note(w);
        return 0;
    }
    return want ? is_answer(got, want) - 1 : got > 0 ? 0 : -1;
}

static int shrink(struct fswork *w, struct model_node *n, uint32_t inode)
{
    while (n->size) {
        n->size = (n->size - 1) / BLOCK_SIZE * BLOCK_SIZE;
        note(w);
    }
    return fs_truncate(w->fs, inode);
}

static int overwrite(struct fswork *w, struct model_node *n, uint32_t inode)
{
    uint32_t offset = draw(w, draw(w, 4) ? 3000 : MODEL_BYTES), bytes = 1 + draw(w, BLOCK_SIZE - offset % BLOCK_SIZE);
    static struct model_node before;
    int got;

    before = *n;
    if (offset > n->size)
        memset(n->data + n->size, 0, offset - n->size);
    for (uint32_t i = 0; i < bytes; i++)
        n->data[offset + i] = (uint8_t)draw(w, 256);
    if (offset + bytes > n->size)
        n->size = offset + bytes;
    note(w);
    got = fs_write(w->fs, inode, offset, n->data + offset, bytes);
    if (got == E_NOSPC) {
        w->full++;
        *n = before;
        note(w);
        return 0;
    }
    return got == (int)bytes ? 0 : -1;
}

static int change(struct fswork *w, const char *path)
{
    struct model_node *n = model_find(w->model, path);
    int inode = fs_lookup(w->fs, ROOT_INODE, path);

    if (!n)
        return inode < 0 ? 0 : -1;
    if (inode < 0)
        return -1;
    if (n->kind == KIND_DIRECTORY)
        return fs_write(w->fs, (uint32_t)inode, 0, "x", 1) == E_ISDIR ? 0 : -1;
    return draw(w, 12) ? overwrite(w, n, (uint32_t)inode) : shrink(w, n, (uint32_t)inode);
}

static int delete (struct fswork *w, const char *path)
{
    struct model_node *n = model_find(w->model, path);
    int want = !n ? E_NOENT : model_has_children(w->model, path) ? E_NOTEMPTY : 0;
    int inode = fs_lookup(w->fs, ROOT_INODE, path);

    if (!want) {
        if (!w->held && draw(w, 2)) /* it goes on, without a name */
            fs_hold(w->fs, w->held = (uint32_t)inode);
        n->path[0] = 0;
        note(w);
    }
    return is_answer(fs_unlink(w->fs, ROOT_INODE, path), want) - 1;
}

static int let_go(struct fswork *w)
{
    uint32_t held = w->held;

    w->held = 0;
    return held ? fs_release(w->fs, held) : 0;
}

int fswork_step(struct fswork *w)
{
    char path[PATH_MAX];
    uint32_t what = draw(w, 20);

    draw_path(w, path);
    if (what == 0)
        return fs_sync(w->fs) ? -1 : 1;
    if (what == 1)
        return let_go(w);
    return what < 6 ? make(w, path) : what < 8 ? delete (w, path) : change(w, path);
}
