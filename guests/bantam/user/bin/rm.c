/* SPDX-License-Identifier: MIT */
/* rm PATH...: removes files, and directories that are empty. */
#include "guests/bantam/user/libc/libc.h"

int main(int argc, char **argv)
{
    int wrong = argc < 2;

    if (wrong)
        dprintf(2, "rm PATH...\n");
    for (int i = 1; i < argc; i++) {
        const int error = unlink(argv[i]);

        if (error < 0) {
            dprintf(2, "rm: %s: %s\n", argv[i], error_text(error));
            wrong = 1;
        }
    }
    return wrong;
}
