/* SPDX-License-Identifier: MIT */
/* echo [-n] WORD...: writes its arguments, as one line. */
#include "guests/bantam/user/libc/libc.h"

int main(int argc, char **argv)
{
    const bool bare = argc > 1 && strcmp(argv[1], "-n") == 0;

    for (int i = 1 + bare; i < argc; i++)
        printf("%s%s", argv[i], i + 1 < argc ? " " : "");
    return write_all(1, "\n", !bare) ? 1 : 0;
}
