/* SPDX-License-Identifier: MIT */
#include "ui/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

size_t text_next(const char *s, int *columns)
{
    mbstate_t state = {0};
    wchar_t c;
    size_t n = mbrtowc(&c, s, strlen(s), &state);

    if (n == 0 || n == (size_t)-1 || n == (size_t)-2) {
        *columns = 1;
        return 1;
    }
    *columns = wcwidth(c);
    if (*columns < 0)
        *columns = 1;
    return n;
}

/* Ranges of class A among the characters that are not drawn wide anyway; those that this program's texts may hold. */
bool text_ambiguous(const char *s)
{
    static const struct {
        wchar_t first, last;
    } range[] = {{0xa1, 0xff},     {0x391, 0x3c9},   {0x401, 0x451},   {0x2010, 0x203b}, {0x2074, 0x2084},
                 {0x20ac, 0x20ac}, {0x2103, 0x2126}, {0x2150, 0x216b}, {0x2170, 0x2199}, {0x21b8, 0x21b9},
                 {0x21d2, 0x21d4}, {0x2200, 0x22bf}, {0x2312, 0x2312}, {0x2460, 0x24ff}, {0x2500, 0x2595},
                 {0x25a0, 0x25ef}, {0x2605, 0x2609}, {0x260e, 0x266f}};
    mbstate_t state = {0};
    wchar_t c;
    size_t n = mbrtowc(&c, s, strlen(s), &state);

    if (n == 0 || n == (size_t)-1 || n == (size_t)-2 || wcwidth(c) != 1)
        return false;
    for (size_t i = 0; i < sizeof range / sizeof range[0]; i++)
        if (c >= range[i].first && c <= range[i].last)
            return true;
    return false;
}

int text_width(const char *s)
{
    int width = 0, columns;

    while (*s) {
        s += text_next(s, &columns);
        width += columns;
    }
    return width;
}

size_t text_fit(const char *s, int columns)
{
    size_t at = 0;
    int wide;

    while (s[at]) {
        size_t n = text_next(s + at, &wide);

        if (wide > columns)
            break;
        columns -= wide;
        at += n;
    }
    return at;
}

int text_put(FILE *f, const char *s, int width)
{
    int w = text_width(s);

    fprintf(f, "%s%*s", s, w < width ? width - w : 0, "");
    return w;
}

static bool is_one_of(const char *const *list, const char *s)
{
    for (; *list; list++)
        if (strncmp(s, *list, strlen(*list)) == 0)
            return true;
    return false;
}

/* May a line end behind this character of `columns` columns, which `s` follows? Not so that brackets come apart. */
static bool may_break(const char *c, int columns, const char *s)
{
    static const char *const opening[] = {"（", "“", "《", NULL};
    static const char *const closing[] = {"，", "。", "；", "：", "）", "、", "”", "》",
                                          "？", "！", ",",  ".",  ")",  ";",  NULL};
    int following;

    if (*s == ' ' || !*s)
        return true;
    (void)text_next(s, &following);
    return (columns == 2 || following == 2) && !is_one_of(closing, s) && !is_one_of(opening, c);
}

/* The bytes of the longest beginning of s that fits and may end a line; at least one character. */
static size_t fitting(const char *s, int room)
{
    size_t best = 0, at = 0;
    int width = 0, columns;

    while (s[at]) {
        size_t character = at;

        at += text_next(s + at, &columns);
        width += columns;
        if (width > room && best)
            break;
        if (may_break(s + character, columns, s + at))
            best = at;
    }
    return best ? best : at;
}

const char *text_broken(const char *s, int width, size_t *n)
{
    while (*s == ' ')
        s++;
    *n = fitting(s, width);
    return *s ? s : NULL;
}

void text_wrap(FILE *f, const char *s, int indent, int width)
{
    size_t n;

    for (; (s = text_broken(s, width - indent, &n)); s += n)
        fprintf(f, "%*s%.*s\n", indent, "", (int)n, s);
}

void text_rule(FILE *f, const char *title, int width, bool ascii)
{
    const char *line = ascii ? "-" : "─";
    int used = text_width(title) + 4;

    fprintf(f, "%s%s%s %s%s ", text_bold(f), line, line, title, text_plain(f));
    for (; used < width; used++)
        fputs(line, f);
    fputc('\n', f);
}

static bool ornaments(FILE *f)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    return isatty(fileno(f)) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

const char *text_bold(FILE *f)
{
    return ornaments(f) ? "\033[1m" : "";
}

const char *text_plain(FILE *f)
{
    return ornaments(f) ? "\033[0m" : "";
}
