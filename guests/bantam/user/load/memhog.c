/* SPDX-License-Identifier: MIT */
/* memhog: takes memory, page by page, until there is no more; a child does it, since it may not live to tell. */
#include "guests/bantam/user/libc/libc.h"

enum { PAGE = 4096 };

struct hog {
    int pipe[2];
    unsigned limit;
};

/* A byte through the pipe for each page that it holds. */
static void take(void *argument)
{
    const struct hog *h = argument;

    close(h->pipe[0]);
    for (unsigned n = 0; n < h->limit; n++) {
        volatile char *page = mmap(PAGE);

        if (failed((char *)page))
            exit(1);
        *page = 1;
        if (write(h->pipe[1], "", 1) != 1)
            exit(1);
    }
}

int main(int argc, char **argv)
{
    struct hog h = {.limit = ~0u};
    const struct option table[] = {{"--pages", &h.limit, NULL, "at most"}, {0}};
    char buffer[64];
    unsigned pages = 0;
    int pid, n, status;

    options(argc, argv, "pages that there are for one process", table);
    must(pipe(h.pipe), "pipe");
    pid = must(spawn(take, &h), "fork");
    close(h.pipe[1]);
    while ((n = read(h.pipe[0], buffer, sizeof buffer)) > 0)
        pages += (unsigned)n;
    status = wait_for(pid);
    result("memhog", pages, 1, "pages", status & W_KILLED ? "killed" : status ? "refused" : "enough");
    return 0;
}
