/* SPDX-License-Identifier: MIT */
/* Errors of system calls, for people: the texts stand in abi.h. */
#include "guests/bantam/user/libc/libc.h"

const char *error_text(int error)
{
    static const struct {
        int error;
        const char *text;
    } texts[] = {
#define ERROR(number, name, text) {E_##name, text},
        ERRORS
#undef ERROR
    };

    for (size_t n = 0; n < sizeof texts / sizeof *texts; n++)
        if (texts[n].error == error)
            return texts[n].text;
    return error < 0 ? "unknown error" : "no error";
}

void die(const char *format, ...)
{
    va_list v;

    va_start(v, format);
    vdprintf(2, format, v);
    va_end(v);
    write(2, "\n", 1);
    exit(1);
}

int must(int result, const char *what)
{
    if (result < 0)
        die("%s: %s", what, error_text(result));
    return result;
}
