/* SPDX-License-Identifier: MIT */
#include "grade/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interp/file.h"

int folder_path(char path[FOLDER_ROOM], const char *a, const char *b)
{
    int n = snprintf(path, FOLDER_ROOM, "%s/%s", a, b);

    if (n >= 0 && n < FOLDER_ROOM)
        return 0;
    errno = ENAMETOOLONG;
    return -1;
}

int folder_make(const char *path)
{
    char part[FOLDER_ROOM];
    size_t n = strlen(path);

    if (n >= sizeof part) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(part, path, n + 1);
    for (char *p = part + 1; *p; p++)
        if (*p == '/') {
            *p = '\0';
            (void)mkdir(part, 0777);
            *p = '/';
        }
    return mkdir(part, 0700) && errno != EEXIST ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *s, int kind, struct FTW *f)
{
    (void)s;
    (void)kind;
    (void)f;
    (void)remove(path);
    return 0;
}

void folder_remove(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int folder_write(const char *path, const void *bytes, size_t n)
{
    char part[FOLDER_ROOM];
    int made = snprintf(part, sizeof part, "%s.%ld.new", path, (long)getpid()), saved;
    FILE *f;
    bool good;

    if (made < 0 || made >= (int)sizeof part) {
        errno = ENAMETOOLONG;
        return -1;
    }
    f = fopen(part, "wb");
    if (!f)
        return -1;
    good = fwrite(bytes, 1, n, f) == n;
    good = !fclose(f) && good;
    if (good && rename(part, path) == 0)
        return 0;
    saved = errno;
    (void)unlink(part);
    errno = saved;
    return -1;
}

int folder_copy(const char *from, const char *to)
{
    uint8_t *bytes;
    size_t n;
    char error[FOLDER_ROOM + 200];
    int result;

    if (file_read(from, &bytes, &n, error, sizeof error)) {
        errno = errno ? errno : ENOENT;
        return -1;
    }
    result = folder_write(to, bytes, n);
    free(bytes);
    return result;
}
