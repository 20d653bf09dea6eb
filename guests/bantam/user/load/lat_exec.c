/* SPDX-License-Identifier: MIT */
/* lat_exec: a child runs a program that does nothing, and is waited for: "exec" of lmbench's lat_proc. */
#include "guests/bantam/user/libc/libc.h"

int main(int argc, char **argv)
{
    unsigned rounds = 20;
    const char *path = PROGRAMS "true";
    const struct option table[] = {
        {"--rounds", &rounds, NULL, "how often"}, {"--program", NULL, &path, "what is run"}, {0}};
    uint64_t start;

    options(argc, argv, "cycles of fork, exec, exit and wait", table);
    start = clock();
    for (unsigned i = 0; i < rounds; i++)
        if (run_program(path, (char *[]){"true", NULL}) != 0)
            die("lat_exec: %s failed", path);
    result("lat_exec", clock() - start, rounds, "cycles", NULL);
    return 0;
}
