/* SPDX-License-Identifier: MIT */
#include "interp/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_GIB = 1 };
#define GIB (UINT64_C(1) << 30)

/* Not by the size that the file system says: a pipe has none, and a file may grow. NULL: too large, or out of memory. */
static uint8_t *read_all(FILE *f, uint64_t limit, size_t *size)
{
    size_t room = 1 << 16, n = 0, got;
    uint8_t *data = malloc(room);

    while (data && (got = fread(data + n, 1, room - n, f)) > 0) {
        uint8_t *more = data;

        n += got;
        if (n < room)
            continue;
        more = room < 2 * limit && room <= SIZE_MAX / 2 ? realloc(data, room *= 2) : NULL;
        if (!more)
            free(data);
        data = more;
    }
    *size = n;
    return data;
}

static const char *problem(FILE *f, const uint8_t *data, size_t size, unsigned gib, char text[40])
{
    if (ferror(f) || (!data && errno == ENOMEM))
        return strerror(errno);
    if (!data || size > gib * GIB) {
        snprintf(text, 40, "larger than %u GiB", gib);
        return text;
    }
    return size ? NULL : "the file is empty";
}

static bool is_directory(FILE *f)
{
    struct stat st;

    return !fstat(fileno(f), &st) && S_ISDIR(st.st_mode);
}

int file_read(const char *path, uint8_t **data, size_t *size, char *error, size_t room)
{
    return file_read_up_to(FILE_GIB, path, data, size, error, room);
}

int file_read_up_to(unsigned gib, const char *path, uint8_t **data, size_t *size, char *error, size_t room)
{
    FILE *f = fopen(path, "rb");
    char text[40];
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
        errno = 0;
        *data = read_all(f, gib * GIB, size);
        why = problem(f, *data, *size, gib, text);
    }
    fclose(f);
    if (!why)
        return 0;
    snprintf(error, room, "%s: %s", path, why);
    free(*data);
    *data = NULL;
    return -1;
}
