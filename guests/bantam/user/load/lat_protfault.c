/* SPDX-License-Identifier: MIT */
/*
 * lat_protfault: a write to a page that is present but not writable. lmbench's lat_sig prot counts the fault without the signal
 * handler's part. Bantam has no signals; here the page was shared by a fork() whose child is gone, so that the kernel has to do
 * no more than to allow the write. --copy 1: the child is there, and the page is copied.
 */
#include "guests/bantam/user/libc/libc.h"

enum { PAGE = 4096 };

static uint64_t write_all_pages(char *at, unsigned pages)
{
    const uint64_t start = clock();

    for (unsigned p = 0; p < pages; p++)
        ((volatile char *)at)[p * PAGE] = 1;
    return clock() - start;
}

/* The child lives until the pipe's other end is closed. */
static uint64_t one_round(char *at, unsigned pages, bool copy)
{
    int fd[2], pid;
    char byte;
    uint64_t spent;

    must(pipe(fd), "pipe");
    pid = must(fork(), "fork");
    if (pid == 0) {
        close(fd[1]);
        exit(copy && read(fd[0], &byte, 1));
    }
    if (!copy)
        wait_for(pid);
    spent = write_all_pages(at, pages);
    close(fd[0]);
    close(fd[1]);
    if (copy)
        wait_for(pid);
    return spent;
}

int main(int argc, char **argv)
{
    unsigned rounds = 4, pages = 256, copy = 0;
    const struct option table[] = {{"--pages", &pages, NULL, "written to"},
                                   {"--rounds", &rounds, NULL, "how often"},
                                   {"--copy", &copy, NULL, "1: with the copy of a page"},
                                   {0}};
    uint64_t faulting = 0, plain;
    char *at;

    options(argc, argv, "cycles of a write to a protected page", table);
    at = mmap(pages * PAGE);
    if (failed(at))
        die("lat_protfault: no memory");
    write_all_pages(at, pages);
    plain = write_all_pages(at, pages) * rounds;
    for (unsigned i = 0; i < rounds; i++)
        faulting += one_round(at, pages, copy);
    result("lat_protfault", faulting > plain ? faulting - plain : 0, (uint64_t)rounds * pages, "cycles",
           copy ? "copied" : NULL);
    return 0;
}
