/* SPDX-License-Identifier: MIT */
#include "grade/submission.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmm/words.h"

/* Bytes of the UTF-8 character at p, or 0: there is none (RFC 3629). */
static size_t utf8_length(const uint8_t *p, size_t left)
{
    size_t n = *p < 0x80                 ? 1
               : *p >= 0xc2 && *p < 0xe0 ? 2
               : *p >= 0xe0 && *p < 0xf0 ? 3
               : *p >= 0xf0 && *p < 0xf5 ? 4
                                         : 0;

    if (n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) || (*p == 0xf0 && p[1] < 0x90) ||
        (*p == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

bool submission_is_utf8(const char *bytes, size_t n)
{
    const uint8_t *p = (const uint8_t *)bytes, *end = p + n;

    while (p < end) {
        size_t k = utf8_length(p, (size_t)(end - p));

        if (!k)
            return false;
        p += k;
    }
    return true;
}

/* Whole characters only, as many as have room; what cannot be printed becomes '?'. */
static void copy_printable(const char *bytes, size_t n, char *out, size_t room)
{
    const uint8_t *p = (const uint8_t *)bytes, *end = p + n;

    while (p < end && room > 1) {
        size_t k = utf8_length(p, (size_t)(end - p));
        bool control = k == 1 && (*p < ' ' || *p == 0x7f);
        bool c1 = k == 2 && *p == 0xc2 && p[1] < 0xa0;

        if (k >= room)
            break;
        if (!k || control || c1) {
            *out++ = '?';
            room--;
            p += k ? k : 1;
            continue;
        }
        memcpy(out, p, k);
        out += k;
        room -= k;
        p += k;
    }
    *out = '\0';
}

/* From GB 18030, of which GBK is a part. False: it is not that either. */
static bool from_gb(const char *bytes, size_t n, char *out, size_t room)
{
    iconv_t way = iconv_open("UTF-8", "GB18030");
    char *in = (char *)bytes, *to = out;
    size_t left = n, space = room - 1;
    bool good;

    if (way == (iconv_t)-1)
        return false;
    good = iconv(way, &in, &left, &to, &space) != (size_t)-1 && !left;
    *to = '\0';
    (void)iconv_close(way);
    return good;
}

void submission_utf8(const char *bytes, size_t n, char *out, size_t room)
{
    char *text = submission_is_utf8(bytes, n) ? NULL : malloc(4 * n + 1);

    if (text && from_gb(bytes, n, text, 4 * n + 1))
        copy_printable(text, strlen(text), out, room);
    else
        copy_printable(bytes, n, out, room);
    free(text);
}

void submission_name(const char *path, char name[SUBMISSION_NAME])
{
    size_t end = strlen(path), start;

    while (end > 1 && path[end - 1] == '/')
        end--;
    for (start = end; start > 0 && path[start - 1] != '/'; start--)
        ;
    submission_utf8(path + start, end - start, name, SUBMISSION_NAME);
}

static void refuse(struct submission *s, const char *why)
{
    (void)snprintf(s->problem, sizeof s->problem, "%s", why);
}

/* The only C file of a folder, where the one asked for is not there. -1: none, or several. */
static int open_only_c_file(int folder)
{
    int copy = dup(folder), fd = -1;
    DIR *d = copy < 0 ? NULL : fdopendir(copy);
    struct dirent *e;
    unsigned found = 0;

    while (d && (e = readdir(d))) {
        size_t n = strlen(e->d_name);

        if (n < 3 || e->d_name[0] == '.' || strcmp(e->d_name + n - 2, ".c") != 0 || found++)
            continue;
        fd = openat(folder, e->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    }
    if (d)
        (void)closedir(d);
    if (found > 1 && fd >= 0) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

/* The file's descriptor: of the path itself, or of the file in it. O_NONBLOCK: a pipe would let us wait. */
static int open_file(const char *path, const char *file)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW), inner;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) || !S_ISDIR(st.st_mode))
        return fd;
    inner = openat(fd, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (inner < 0 && errno == ENOENT)
        inner = open_only_c_file(fd);
    (void)close(fd);
    return inner;
}

/* Drops a byte-order mark and the carriage returns of line ends. */
static void clean(struct submission *s)
{
    char *from = s->text, *to = s->text, *end = s->text + s->size;

    if (s->size >= 3 && memcmp(from, "\xef\xbb\xbf", 3) == 0)
        from += 3;
    for (; from < end; from++)
        if (!(*from == '\r' && from + 1 < end && from[1] == '\n'))
            *to++ = *from;
    s->size = (size_t)(to - s->text);
}

static void read_all(struct submission *s, int fd)
{
    struct stat st;
    ssize_t n;

    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        refuse(s, _("it is no regular file"));
        return;
    }
    if (st.st_size > SUBMISSION_MAX) {
        refuse(s, _("it is larger than 1 MiB"));
        return;
    }
    s->text = malloc(SUBMISSION_MAX + 1);
    while (s->text && s->size <= SUBMISSION_MAX && (n = read(fd, s->text + s->size, SUBMISSION_MAX + 1 - s->size)) > 0)
        s->size += (size_t)n;
    if (!s->text || s->size > SUBMISSION_MAX) {
        refuse(s, _("it is larger than 1 MiB"));
        submission_free(s);
        return;
    }
    clean(s);
}

void submission_read(struct submission *s, const char *path, const char *file)
{
    int fd = open_file(path, file);

    *s = (struct submission){.path = path};
    submission_name(path, s->name);
    if (fd < 0) {
        (void)snprintf(s->problem, sizeof s->problem, "%s: %s", file,
                       errno == ELOOP ? _("it is a link") : strerror(errno));
        return;
    }
    read_all(s, fd);
    (void)close(fd);
}

void submission_free(struct submission *s)
{
    free(s->text);
    s->text = NULL;
    s->size = 0;
}
