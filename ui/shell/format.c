/* SPDX-License-Identifier: MIT */
#include "ui/shell/format.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/i18n.h"
#include "ui/shell/command.h"

static unsigned size_of(char c)
{
    return c == 'b' ? 1 : c == 'h' ? 2 : c == 'w' ? 4 : 0;
}

static int count(const char **at, uint32_t *n)
{
    for (*n = 0; isdigit((unsigned char)**at); ++*at) {
        *n = *n * 10 + (uint32_t)(**at - '0');
        if (*n > FORMAT_COUNT_MAX)
            return -1;
    }
    return 0;
}

int format_take(struct shell *sh, const char **args, struct format *f)
{
    const char *at = *args;

    *f = (struct format){.count = 0};
    if (*at != '/')
        return 0;
    at++;
    f->none = isdigit((unsigned char)*at);
    if (count(&at, &f->count)) {
        shell_bad(sh, _("a format's count is %d at most"), FORMAT_COUNT_MAX);
        return -1;
    }
    f->none = f->none && !f->count;
    for (; *at && *at != ' ' && *at != '\t'; at++) {
        if (size_of(*at)) {
            f->size = size_of(*at);
        } else if (strchr("oxdutcais", *at)) {
            f->letter = *at;
        } else {
            shell_bad(sh, _("/%c: no such format; there are o x d u t c a i s, and sizes b h w"), *at);
            return -1;
        }
    }
    *args = at + strspn(at, " \t");
    return 0;
}

/* A value without its sign: as wide as it was read, or the 32 bits that a negative number has in C's int. */
static uint64_t bits(unsigned size, int64_t v)
{
    if (size)
        return (uint64_t)v & (UINT64_MAX >> (64 - 8 * size));
    return v < 0 && v >= INT32_MIN ? (uint32_t)v : (uint64_t)v;
}

static int64_t with_sign(unsigned size, int64_t v)
{
    return size == 1 ? (int8_t)v : size == 2 ? (int16_t)v : size == 4 ? (int32_t)v : v;
}

/* Base 2, `digits` of them at least. */
static void binary(uint64_t v, unsigned digits, char text[FORMAT_TEXT])
{
    unsigned n = digits;

    while (n < 64 && v >> n)
        n++;
    for (unsigned i = 0; i < n; i++)
        text[i] = v >> (n - 1 - i) & 1 ? '1' : '0';
    text[n] = '\0';
}

static void character(int64_t v, char text[FORMAT_TEXT])
{
    static const char special[] = "\n\r\t\\'", letter[] = "nrt\\'";
    unsigned c = (unsigned)v & 0xff;
    const char *e = c ? strchr(special, (int)c) : NULL;

    if (e)
        (void)snprintf(text, FORMAT_TEXT, "%d '\\%c'", (int)(int8_t)c, letter[e - special]);
    else if (c >= ' ' && c < 0x7f)
        (void)snprintf(text, FORMAT_TEXT, "%d '%c'", (int)(int8_t)c, (int)c);
    else
        (void)snprintf(text, FORMAT_TEXT, "%d '\\%03o'", (int)(int8_t)c, c);
}

const char *format_value(const struct shell *sh, char letter, unsigned size, int64_t v, char text[FORMAT_TEXT])
{
    uint64_t u = bits(size, v);
    char place[PLACE_TEXT];

    switch (letter) {
    case 'd': (void)snprintf(text, FORMAT_TEXT, "%" PRId64, with_sign(size, v)); break;
    case 'u': (void)snprintf(text, FORMAT_TEXT, "%" PRIu64, u); break;
    case 'o': (void)snprintf(text, FORMAT_TEXT, u ? "0%" PRIo64 : "%" PRIo64, u); break;
    case 't': binary(u, size ? 8 * size : 1, text); break;
    case 'c': character(v, text); break;
    case 'a':
        (void)snprintf(text, FORMAT_TEXT, "0x%.*s", FORMAT_TEXT - 4,
                       shell_place(sh, gva((uint32_t)u), place, sizeof place));
        break;
    default: (void)snprintf(text, FORMAT_TEXT, "0x%0*" PRIx64, size ? (int)(2 * size) : 1, u); break;
    }
    return text;
}
