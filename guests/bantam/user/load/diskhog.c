/* SPDX-License-Identifier: MIT */
/* diskhog: writes a file until the disk is full or the file large enough, and removes it. */
#include "guests/bantam/user/libc/libc.h"

int main(int argc, char **argv)
{
    static char block[1024];
    unsigned limit = ~0u, kept = 0, n = 0;
    const struct option table[] = {
        {"--blocks", &limit, NULL, "of 1 KiB, at most"}, {"--keep", &kept, NULL, "1: the file stays, /diskhog"}, {0}};
    int fd, error = 0;

    options(argc, argv, "KiB that fit onto the disk", table);
    fd = must(open("/diskhog", O_WRITE | O_CREATE | O_TRUNCATE), "/diskhog");
    for (; n < limit && !error; n += !error) {
        memset(block, (int)n, sizeof block);
        error = write_all(fd, block, sizeof block);
    }
    close(fd);
    sync();
    if (!kept)
        must(unlink("/diskhog"), "/diskhog");
    result("diskhog", n, 1, "KiB", error ? error_text(error) : "enough");
    return 0;
}
