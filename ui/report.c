/* SPDX-License-Identifier: MIT */
#include "ui/report.h"

#include <stdarg.h>
#include <stdio.h>

int report(enum status s, const char *fmt, ...)
{
    char line[8192];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    for (char *p = line; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    (void)fflush(stdout);
    fprintf(stderr, "ringside: %s\n", line);
    return s;
}
