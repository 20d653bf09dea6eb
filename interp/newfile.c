/* SPDX-License-Identifier: MIT */
#include "interp/newfile.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int newfile_begin(struct newfile *w, const char *path)
{
    struct stat st;
    bool there = stat(path, &st) == 0;

    *w = (struct newfile){.f = NULL};
    if (there && (!realpath(path, w->path) || access(path, W_OK)))
        return errno;
    if (!there && snprintf(w->path, sizeof w->path, "%s", path) >= (int)sizeof w->path)
        return ENAMETOOLONG;
    if ((!there || S_ISREG(st.st_mode)) && snprintf(w->part, sizeof w->part, "%s.part", w->path) >= (int)sizeof w->part)
        return ENAMETOOLONG;
    w->f = fopen(w->part[0] ? w->part : w->path, "wb");
    return w->f ? 0 : errno;
}

int newfile_end(struct newfile *w, bool good)
{
    int why = 0;

    errno = 0;
    if (fclose(w->f) || (good && w->part[0] && rename(w->part, w->path)))
        why = errno;
    if (w->part[0] && (why || !good))
        (void)remove(w->part);
    return why;
}

/* What is written directly is not opened: a pipe may have no reader yet. */
int newfile_try(const char *path)
{
    struct newfile w;
    struct stat st;
    int why;

    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return S_ISDIR(st.st_mode) ? EISDIR : access(path, W_OK) ? errno : 0;
    why = newfile_begin(&w, path);
    if (!why)
        why = newfile_end(&w, false);
    return why;
}
