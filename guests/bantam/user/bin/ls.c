/* SPDX-License-Identifier: MIT */
/* ls [-l] [PATH...]: what is in a directory, by name; -l: kind, size and inode too. */
#include "guests/bantam/user/libc/libc.h"

enum { ENTRIES = 256 };

static bool detailed;

static void show(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat s;

    snprintf(path, sizeof path, "%s%s%s", folder, *folder ? "/" : "", name);
    if (!detailed)
        puts(name);
    else if (stat(path, &s) == 0)
        printf("%c %8u %5u %s\n", "-fdc"[s.kind & 3], s.size, s.inode, name);
    else
        printf("? %8s %5s %s\n", "", "", name);
}

/* Sorted by insertion; "." and ".." are left out. */
static int entries(int fd, char (*names)[NAME_MAX + 1])
{
    struct dirent e;
    int count = 0, n;

    while ((n = read(fd, &e, sizeof e)) == sizeof e && count < ENTRIES) {
        int at = count;

        if (!e.inode || strcmp(e.name, ".") == 0 || strcmp(e.name, "..") == 0)
            continue;
        for (; at && strcmp(names[at - 1], e.name) > 0; at--)
            memcpy(names[at], names[at - 1], sizeof *names);
        memcpy(names[at], e.name, sizeof *names);
        count++;
    }
    return n < 0 ? n : count;
}

static int list(const char *path)
{
    static char names[ENTRIES][NAME_MAX + 1];
    const int fd = open(path, O_READ);
    int count = fd;

    if (fd >= 0) {
        count = entries(fd, names);
        close(fd);
    }
    if (count < 0) {
        dprintf(2, "ls: %s: %s\n", path, error_text(count));
        return 1;
    }
    for (int i = 0; i < count; i++)
        show(path, names[i]);
    return 0;
}

int main(int argc, char **argv)
{
    int wrong = 0, at = 1;

    if (argc > 1 && strcmp(argv[1], "-l") == 0) {
        detailed = true;
        at++;
    }
    if (at == argc)
        return list(".");
    for (; at < argc; at++) {
        struct stat s;

        if (stat(argv[at], &s) == 0 && s.kind != KIND_DIRECTORY)
            show("", argv[at]);
        else
            wrong |= list(argv[at]);
    }
    return wrong;
}
