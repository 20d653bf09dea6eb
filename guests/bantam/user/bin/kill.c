/* SPDX-License-Identifier: MIT */
/* kill PID...: ends processes. */
#include "guests/bantam/user/libc/libc.h"

int main(int argc, char **argv)
{
    int wrong = argc < 2;

    if (wrong)
        dprintf(2, "kill PID...\n");
    for (int i = 1; i < argc; i++) {
        char *end;
        const int pid = (int)strtol(argv[i], &end, 10), error = *end ? E_INVAL : kill(pid);

        if (error < 0) {
            dprintf(2, "kill: %s: %s\n", argv[i], error_text(error));
            wrong = 1;
        }
    }
    return wrong;
}
