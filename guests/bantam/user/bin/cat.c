/* SPDX-License-Identifier: MIT */
/* cat [FILE...]: writes files, or what it reads, one behind the other. */
#include "guests/bantam/user/libc/libc.h"

static int copy(int fd, const char *name)
{
    static char buffer[1024];
    int n, error = 0;

    while (!error && (n = read(fd, buffer, sizeof buffer)) != 0)
        error = n < 0 ? n : write_all(1, buffer, (size_t)n);
    if (error && error != E_PIPE)
        dprintf(2, "cat: %s: %s\n", name, error_text(error));
    return error != 0;
}

int main(int argc, char **argv)
{
    int wrong = argc < 2 ? copy(0, "-") : 0;

    for (int i = 1; i < argc; i++) {
        const int fd = open(argv[i], O_READ);

        if (fd < 0) {
            dprintf(2, "cat: %s: %s\n", argv[i], error_text(fd));
            wrong = 1;
            continue;
        }
        wrong |= copy(fd, argv[i]);
        close(fd);
    }
    return wrong;
}
