/* SPDX-License-Identifier: MIT */
/* mkdir PATH...: makes directories. */
#include "guests/bantam/user/libc/libc.h"

int main(int argc, char **argv)
{
    int wrong = argc < 2;

    if (wrong)
        dprintf(2, "mkdir PATH...\n");
    for (int i = 1; i < argc; i++) {
        const int error = mkdir(argv[i]);

        if (error < 0) {
            dprintf(2, "mkdir: %s: %s\n", argv[i], error_text(error));
            wrong = 1;
        }
    }
    return wrong;
}
