/* SPDX-License-Identifier: MIT */
/* bw_mem: how fast memory is read, written, copied and cleared. Operations and their names are those of lmbench's bw_mem. */
#include "guests/bantam/user/libc/libc.h"

typedef uint32_t word_t;

static word_t *from, *to;
static volatile word_t sink;

static void frd(size_t words)
{
    word_t s = 0;

    for (size_t i = 0; i < words; i++)
        s += from[i];
    sink = s;
}

static void fwr(size_t words)
{
    for (size_t i = 0; i < words; i++)
        to[i] = 1;
}

static void fcp(size_t words)
{
    for (size_t i = 0; i < words; i++)
        to[i] = from[i];
}

static void bzero(size_t words)
{
    memset(to, 0, words * sizeof *to);
}

static void bcopy(size_t words)
{
    memcpy(to, from, words * sizeof *to);
}

static const struct {
    const char *name;
    void (*run)(size_t words);
} operations[] = {{"frd", frd}, {"fwr", fwr}, {"fcp", fcp}, {"bzero", bzero}, {"bcopy", bcopy}};

int main(int argc, char **argv)
{
    unsigned size = 256 << 10, rounds = 8;
    const char *which = "fcp";
    const struct option table[] = {{"--op", NULL, &which, "frd, fwr (words), fcp (words), bzero, bcopy (library)"},
                                   {"--size", &size, NULL, "bytes"},
                                   {"--rounds", &rounds, NULL, "how often"},
                                   {0}};
    uint64_t start;

    options(argc, argv, "bytes in a thousand cycles", table);
    from = malloc(size);
    to = malloc(size);
    if (!from || !to)
        die("bw_mem: no memory");
    memset(from, 1, size);
    memset(to, 1, size);
    for (size_t n = 0; n < sizeof operations / sizeof *operations; n++) {
        if (strcmp(operations[n].name, which) != 0)
            continue;
        start = clock();
        for (unsigned i = 0; i < rounds; i++)
            operations[n].run(size / sizeof(word_t));
        result("bw_mem", (uint64_t)size * rounds * 1000, clock() - start, "bytes/kcycle", which);
        return 0;
    }
    die("bw_mem: --op %s: no such operation", which);
}
