/* SPDX-License-Identifier: MIT */
#include "interp/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const size_t file_limit = (size_t)1 << 30;

/* Not by the size that the file system says: a pipe has none, and a file may grow. NULL: too large, or out of memory. */
static uint8_t *read_all(FILE *f, size_t *size)
{
    size_t room = 1 << 16, n = 0, got;
    uint8_t *data = malloc(room);

    while (data && (got = fread(data + n, 1, room - n, f)) > 0) {
        uint8_t *more = data;

        n += got;
        if (n < room)
            continue;
        more = room < 2 * file_limit ? realloc(data, room *= 2) : NULL;
        if (!more)
            free(data);
        data = more;
    }
    *size = n;
    return data;
}

static const char *problem(FILE *f, const uint8_t *data, size_t size)
{
    if (ferror(f))
        return strerror(errno);
    if (!data || size > file_limit)
        return "larger than 1 GiB";
    return size ? NULL : "the file is empty";
}

static bool is_directory(FILE *f)
{
    struct stat st;

    return !fstat(fileno(f), &st) && S_ISDIR(st.st_mode);
}

int file_read(const char *path, uint8_t **data, size_t *size, char *error, size_t room)
{
    FILE *f = fopen(path, "rb");
    const char *why;

    *data = NULL;
    *size = 0;
    if (!f) {
        snprintf(error, room, "%s: %s", path, strerror(errno));
        return -1;
    }
    if (is_directory(f)) {
        why = "is a directory";
    } else {
        *data = read_all(f, size);
        why = problem(f, *data, *size);
    }
    fclose(f);
    if (!why)
        return 0;
    snprintf(error, room, "%s: %s", path, why);
    free(*data);
    *data = NULL;
    return -1;
}
