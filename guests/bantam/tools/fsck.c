/* SPDX-License-Identifier: MIT */
/*
 * fsck.bantam IMAGE: checks a file system, and changes nothing. One line a finding. Exit status 0: clean; 1: not; 2: no file
 * system, or it cannot be read.
 */
#include "guests/bantam/tools/tools.h"

int main(int argc, char **argv)
{
    struct blockdev disk;
    FILE *file;
    int found;

    if (argc != 2) {
        fprintf(stderr, "usage: %s IMAGE\n", argv[0]);
        return 2;
    }
    file = fopen(argv[1], "rb");
    if (!file) {
        perror(argv[1]);
        return 2;
    }
    filedev_init(&disk, file);
    found = fsck_check(&disk, stdout);
    if (found < 0)
        fprintf(stderr, "%s: %s\n", argv[1], found == E_INVAL ? "no file system of Bantam's" : "cannot be read");
    fclose(file);
    return found < 0 ? 2 : found > 0;
}
