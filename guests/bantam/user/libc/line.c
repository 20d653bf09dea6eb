/* SPDX-License-Identifier: MIT */
/* Reading by lines, writing whole. */
#include "guests/bantam/user/libc/libc.h"

/* The next byte; -1 at the end, or an error, which is less (no error is number 1 in reading). */
static int next(struct reader *r)
{
    if (r->at == r->held) {
        const int n = read(r->fd, r->buffer, sizeof r->buffer);

        if (n <= 0)
            return n ? n : -1;
        r->held = (unsigned)n;
        r->at = 0;
    }
    return (uint8_t)r->buffer[r->at++];
}

int read_line(struct reader *r, char *to, size_t room)
{
    size_t n = 0;
    int c = next(r);

    if (c < 0)
        return c;
    for (; c >= 0 && c != '\n'; c = next(r))
        if (n + 1 < room)
            to[n++] = (char)c;
    to[n] = 0;
    return (int)n;
}

int write_all(int fd, const void *from, size_t bytes)
{
    const char *at = from;

    while (bytes) {
        const int n = write(fd, at, bytes);

        if (n <= 0)
            return n ? n : E_NOSPC;
        at += n;
        bytes -= (size_t)n;
    }
    return 0;
}

bool is_directory(const char *path)
{
    struct stat s;

    return stat(path, &s) == 0 && s.kind == KIND_DIRECTORY;
}
