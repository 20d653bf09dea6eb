/* SPDX-License-Identifier: MIT */
/* lat_fork: a child is made, ends, and is waited for: "fork" of lmbench's lat_proc. */
#include "guests/bantam/user/libc/libc.h"

int main(int argc, char **argv)
{
    unsigned rounds = 50, bytes = 0;
    const struct option table[] = {
        {"--rounds", &rounds, NULL, "how often"}, {"--size", &bytes, NULL, "of memory that the parent holds"}, {0}};
    uint64_t start;
    char *held;

    options(argc, argv, "cycles of fork, exit and wait", table);
    held = mmap(bytes + 1);
    if (failed(held))
        die("lat_fork: no memory");
    memset(held, 1, bytes + 1);
    start = clock();
    for (unsigned i = 0; i < rounds; i++) {
        const int pid = must(fork(), "fork");

        if (pid == 0)
            exit(0);
        wait_for(pid);
    }
    result("lat_fork", clock() - start, rounds, "cycles", NULL);
    return 0;
}
