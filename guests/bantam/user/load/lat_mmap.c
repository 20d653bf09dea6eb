/* SPDX-License-Identifier: MIT */
/* lat_mmap: a mapping is made, one byte in 16 KiB of its first tenth is written, and it is unmapped: lmbench's lat_mmap. */
#include "guests/bantam/user/libc/libc.h"

enum { STRIDE = 16384, TOUCHED = 10 };

int main(int argc, char **argv)
{
    unsigned rounds = 50, size = 1 << 20;
    const struct option table[] = {
        {"--size", &size, NULL, "of the mapping, bytes"}, {"--rounds", &rounds, NULL, "how often"}, {0}};
    uint64_t start;
    char note[16];

    options(argc, argv, "cycles of mmap and munmap", table);
    start = clock();
    for (unsigned i = 0; i < rounds; i++) {
        volatile char *at = mmap(size);

        if (failed((char *)at))
            die("lat_mmap: no memory");
        for (unsigned b = 0; b < size / TOUCHED; b += STRIDE)
            at[b] = 1;
        munmap((char *)at, size);
    }
    snprintf(note, sizeof note, "%uK", size / 1024);
    result("lat_mmap", clock() - start, rounds, "cycles", note);
    return 0;
}
