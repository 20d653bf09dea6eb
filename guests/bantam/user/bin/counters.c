/* SPDX-License-Identifier: MIT */
/* counters [PROGRAM ARGUMENT...]: what the kernel has counted since the start, or while that program ran. */
#include "guests/bantam/user/libc/libc.h"

static const struct {
    const char *name;
    size_t at;
} fields[] = {
#define FIELD(name)                                                                                                    \
    {                                                                                                                  \
#name, offsetof(struct counters, name)                                                                         \
    }
    FIELD(ticks), FIELD(switches),   FIELD(syscalls),   FIELD(page_faults), FIELD(copied_pages), FIELD(forks),
    FIELD(execs), FIELD(interrupts), FIELD(disk_reads), FIELD(disk_writes), FIELD(pages),        FIELD(pages_free),
};
enum { GROWING = 10 }; /* the fields behind say how things are, not what has happened */

static uint32_t get(const struct counters *c, size_t field)
{
    return *(const uint32_t *)((const char *)c + fields[field].at);
}

int main(int argc, char **argv)
{
    static struct counters before, after;
    int status = 0;

    if (argc > 1) {
        char path[PATH_MAX];

        snprintf(path, sizeof path, "%s%s", strchr(argv[1], '/') ? "" : PROGRAMS, argv[1]);
        must(counters(&before), "counters");
        status = run_program(path, argv + 1);
    }
    must(counters(&after), "counters");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        printf("%-12s %u\n", fields[i].name, get(&after, i) - (i < GROWING ? get(&before, i) : 0));
    return status & 0xff;
}
