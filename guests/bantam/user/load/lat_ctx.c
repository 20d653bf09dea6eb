/* SPDX-License-Identifier: MIT */
/*
 * lat_ctx: a context switch. lmbench's definition: processes in a ring of pipes pass a token on, each sums up an array of the
 * given size first; what the pipes and the sums cost, measured within one process, is taken off.
 */
#include "guests/bantam/user/libc/libc.h"

static uint32_t sum(const uint32_t *data, unsigned bytes)
{
    uint32_t s = 0;

    for (unsigned i = 0; i < bytes / sizeof *data; i++)
        s += data[i];
    return s;
}

/* Takes the token from `in`, works, passes it on to `out`; false at the end. */
static bool pass(int in, int out, const uint32_t *data, unsigned bytes)
{
    uint32_t token;

    if (read(in, &token, sizeof token) != sizeof token)
        return false;
    token += sum(data, bytes);
    return write(out, &token, sizeof token) == sizeof token;
}

/* A write, a read and a sum, without a switch. */
static uint64_t overhead(unsigned rounds, const uint32_t *data, unsigned bytes)
{
    int fd[2];
    uint32_t token = 0;
    uint64_t start;

    must(pipe(fd), "pipe");
    write(fd[1], &token, sizeof token);
    start = clock();
    for (unsigned i = 0; i < rounds; i++)
        pass(fd[0], fd[1], data, bytes);
    start = clock() - start;
    close(fd[0]);
    close(fd[1]);
    return start;
}

/* Each child knows two ends only, so that rings may be larger than a table of descriptors. */
static void make_ring(unsigned n, uint32_t *data, unsigned bytes, int *in, int *out)
{
    int fd[2];

    must(pipe(fd), "pipe");
    *out = fd[1];
    *in = fd[0];
    for (unsigned i = 1; i < n; i++) {
        must(pipe(fd), "pipe");
        if (must(fork(), "fork") == 0) {
            close(*out);
            close(fd[0]);
            memset(data, 1, bytes); /* pages of its own */
            while (pass(*in, fd[1], data, bytes))
                ;
            exit(0);
        }
        close(*in);
        close(fd[1]);
        *in = fd[0];
    }
}

static uint64_t around(unsigned rounds, unsigned n, uint32_t *data, unsigned bytes)
{
    int in, out;
    uint32_t token = 0;
    uint64_t start;

    make_ring(n, data, bytes, &in, &out);
    write(out, &token, sizeof token);
    pass(in, out, data, bytes); /* all are there, and have touched what they work on */
    start = clock();
    for (unsigned i = 0; i < rounds; i++)
        pass(in, out, data, bytes);
    start = clock() - start;
    close(out);
    while (wait(NULL) >= 0)
        ;
    close(in);
    return start;
}

int main(int argc, char **argv)
{
    unsigned n = 2, bytes = 0, rounds = 500;
    const struct option table[] = {{"--processes", &n, NULL, "in the ring"},
                                   {"--size", &bytes, NULL, "bytes that each sums up"},
                                   {"--rounds", &rounds, NULL, "of the token"},
                                   {0}};
    uint32_t *data;
    uint64_t all, own;
    char note[32];

    options(argc, argv, "cycles of a context switch", table);
    if (n < 2)
        die("lat_ctx: --processes: at least 2");
    data = malloc(bytes + 4);
    if (!data)
        die("lat_ctx: no memory");
    memset(data, 1, bytes);
    own = overhead(rounds, data, bytes) * n;
    all = around(rounds, n, data, bytes);
    snprintf(note, sizeof note, "%up/%uK", n, bytes / 1024);
    result("lat_ctx", all > own ? all - own : 0, (uint64_t)rounds * n, "cycles", note);
    return 0;
}
