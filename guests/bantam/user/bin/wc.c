/* SPDX-License-Identifier: MIT */
/* wc [FILE...]: lines, words and bytes of files, or of what it reads. */
#include "guests/bantam/user/libc/libc.h"

static int count(int fd, const char *name)
{
    static char buffer[1024];
    unsigned lines = 0, words = 0, bytes = 0;
    bool inside = false;
    int n;

    while ((n = read(fd, buffer, sizeof buffer)) > 0) {
        bytes += (unsigned)n;
        for (int i = 0; i < n; i++) {
            const bool blank = isspace(buffer[i]);

            lines += buffer[i] == '\n';
            words += !blank && !inside;
            inside = !blank;
        }
    }
    if (n < 0)
        dprintf(2, "wc: %s: %s\n", name, error_text(n));
    else
        printf("%7u %7u %7u %s\n", lines, words, bytes, name);
    return n < 0;
}

int main(int argc, char **argv)
{
    int wrong = argc < 2 ? count(0, "") : 0;

    for (int i = 1; i < argc; i++) {
        const int fd = open(argv[i], O_READ);

        if (fd < 0) {
            dprintf(2, "wc: %s: %s\n", argv[i], error_text(fd));
            wrong = 1;
            continue;
        }
        wrong |= count(fd, argv[i]);
        close(fd);
    }
    return wrong;
}
