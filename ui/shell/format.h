/* SPDX-License-Identifier: MIT */
/* gdb's /FMT: how many, as what (o x d u t c a i s), in which size (b h w). */
#ifndef UI_SHELL_FORMAT_H
#define UI_SHELL_FORMAT_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

struct shell;

struct format {
    uint32_t count; /* 0: none was given, */
    bool none;      /* or it was 0 that was given */
    char letter;    /* 0: none was given */
    unsigned size;  /* bytes; 0: none was given */
};

enum { FORMAT_COUNT_MAX = 4096, FORMAT_TEXT = 80 };

/* Takes "/FMT" off the front of *args, if there is one. 0, or -1 after a complaint. */
int format_take(struct shell *sh, const char **args, struct format *f);
/* One value. `size`: its width in bytes, which `x` fills with zeros; 0: as it comes. */
const char *format_value(const struct shell *sh, char letter, unsigned size, int64_t v, char text[FORMAT_TEXT]);

#endif
