/* SPDX-License-Identifier: MIT */
/* lat_syscall: a system call there and back. lmbench's lat_syscall: "null" asks for a number, the others name a file. */
#include "guests/bantam/user/libc/libc.h"

static void null(const char *path)
{
    (void)path;
    getpid();
}

static void status(const char *path)
{
    struct stat s;

    stat(path, &s);
}

static void open_close(const char *path)
{
    close(open(path, O_READ));
}

static const struct {
    const char *name;
    void (*call)(const char *path);
} calls[] = {{"null", null}, {"stat", status}, {"open", open_close}};

int main(int argc, char **argv)
{
    unsigned rounds = 10000;
    const char *which = "null", *path = PROGRAMS "true";
    const struct option table[] = {{"--rounds", &rounds, NULL, "how often"},
                                   {"--call", NULL, &which, "null (getpid), stat, or open (and close)"},
                                   {"--file", NULL, &path, "the file of the latter two"},
                                   {0}};
    struct stat s;

    options(argc, argv, "cycles of a system call", table);
    must(stat(path, &s), path);
    for (size_t n = 0; n < sizeof calls / sizeof *calls; n++) {
        uint64_t start;

        if (strcmp(calls[n].name, which) != 0)
            continue;
        start = clock();
        for (unsigned i = 0; i < rounds; i++)
            calls[n].call(path);
        result("lat_syscall", clock() - start, rounds, "cycles", which);
        return 0;
    }
    die("lat_syscall: --call %s: no such call", which);
}
