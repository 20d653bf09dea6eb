/* SPDX-License-Identifier: MIT */
#include "ui/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

/* One character: its bytes and its columns. What is no character counts as one of each. */
static size_t next(const char *s, int *columns)
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

int text_width(const char *s)
{
    int width = 0, columns;

    while (*s) {
        s += next(s, &columns);
        width += columns;
    }
    return width;
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
    (void)next(s, &following);
    return (columns == 2 || following == 2) && !is_one_of(closing, s) && !is_one_of(opening, c);
}

/* The bytes of the longest beginning of s that fits and may end a line; at least one character. */
static size_t fitting(const char *s, int room)
{
    size_t best = 0, at = 0;
    int width = 0, columns;

    while (s[at]) {
        size_t character = at;

        at += next(s + at, &columns);
        width += columns;
        if (width > room && best)
            break;
        if (may_break(s + character, columns, s + at))
            best = at;
    }
    return best ? best : at;
}

void text_wrap(FILE *f, const char *s, int indent, int width)
{
    while (*s) {
        size_t n;

        while (*s == ' ')
            s++;
        n = fitting(s, width - indent);
        fprintf(f, "%*s%.*s\n", indent, "", (int)n, s);
        s += n;
    }
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
