/* SPDX-License-Identifier: MIT */
/*
 * printf and its relatives. A format is read once and its pieces go to a sink: a string of fixed room, or a small buffer that is
 * written when full and at the end, so that one printf of a line is one system call.
 */
#include "guests/bantam/user/libc/libc.h"

struct sink {
    int fd; /* -1: a string */
    char *at, *end;
    char *start;
    unsigned total;
};

static void flush(struct sink *k)
{
    write_all(k->fd, k->start, (size_t)(k->at - k->start));
    k->at = k->start;
}

static void put(struct sink *k, char c)
{
    k->total++;
    if (k->at == k->end && k->fd >= 0)
        flush(k);
    if (k->at < k->end)
        *k->at++ = c;
}

/* One conversion: what stands between % and its letter. */
struct spec {
    bool left, zero, plus, big;
    int width, precision; /* precision -1: none */
};

static void fill(struct sink *k, char c, int n)
{
    while (n-- > 0)
        put(k, c);
}

/* `sign` and then `zeros` stand before the text. */
static void field(struct sink *k, const struct spec *s, const char *sign, int zeros, const char *text, int n)
{
    const int blanks = s->width - n - zeros - (int)strlen(sign);

    if (!s->left)
        fill(k, ' ', blanks);
    for (; *sign; sign++)
        put(k, *sign);
    fill(k, '0', zeros);
    for (int i = 0; i < n; i++)
        put(k, text[i]);
    if (s->left)
        fill(k, ' ', blanks);
}

static void put_number(struct sink *k, const struct spec *s, uint64_t v, unsigned base, const char *sign, bool capitals)
{
    const char *digits = capitals ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[20];
    int at = sizeof text, n, zeros;

    /* 20 digits hold 2^64 in base ten */
    for (; v; v /= base)
        text[--at] = digits[v % base];
    n = (int)sizeof text - at;
    zeros = (s->precision < 0 ? 1 : s->precision) - n;
    if (s->zero && !s->left && s->precision < 0 && s->width - n - (int)strlen(sign) > zeros)
        zeros = s->width - n - (int)strlen(sign);
    field(k, s, sign, zeros > 0 ? zeros : 0, text + at, n);
}

static int decimal(const char **f, va_list *v)
{
    int n = 0;

    if (**f == '*') {
        ++*f;
        return va_arg(*v, int);
    }
    for (; isdigit(**f); ++*f)
        n = n * 10 + **f - '0';
    return n;
}

static struct spec read_spec(const char **f, va_list *v)
{
    struct spec s = {.precision = -1};

    for (;; ++*f) {
        if (**f == '-')
            s.left = true;
        else if (**f == '0')
            s.zero = true;
        else if (**f == '+')
            s.plus = true;
        else
            break;
    }
    s.width = decimal(f, v);
    if (s.width < 0) {
        s.left = true;
        s.width = -s.width;
    }
    if (**f == '.') {
        ++*f;
        s.precision = decimal(f, v);
    }
    /* int, long and size_t have 32 bits; only ll has more */
    for (; strchr("hlz", **f) && **f; ++*f)
        s.big |= (*f)[0] == 'l' && (*f)[1] == 'l';
    return s;
}

static void put_signed(struct sink *k, const struct spec *s, int64_t n)
{
    put_number(k, s, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, 10, n < 0 ? "-" : s->plus ? "+" : "", false);
}

static void put_string(struct sink *k, const struct spec *s, const char *text)
{
    int n = 0;

    if (!text)
        text = "(null)";
    while (n != s->precision && text[n])
        n++;
    field(k, s, "", 0, text, n);
}

static uint64_t take_unsigned(const struct spec *s, va_list *v)
{
    return s->big ? va_arg(*v, uint64_t) : va_arg(*v, unsigned);
}

static void convert(struct sink *k, const struct spec *s, char letter, va_list *v)
{
    char c;

    switch (letter) {
    case 'd':
    case 'i': put_signed(k, s, s->big ? va_arg(*v, int64_t) : va_arg(*v, int)); break;
    case 'u': put_number(k, s, take_unsigned(s, v), 10, "", false); break;
    case 'x':
    case 'X': put_number(k, s, take_unsigned(s, v), 16, "", letter == 'X'); break;
    case 'p': put_number(k, s, (uintptr_t)va_arg(*v, void *), 16, "0x", false); break;
    case 's': put_string(k, s, va_arg(*v, const char *)); break;
    case 'c':
        c = (char)va_arg(*v, int);
        field(k, s, "", 0, &c, 1);
        break;
    default: put(k, letter); break;
    }
}

static void format_to(struct sink *k, const char *f, va_list *v)
{
    while (*f) {
        struct spec s;

        if (*f != '%') {
            put(k, *f++);
            continue;
        }
        f++;
        s = read_spec(&f, v);
        if (!*f)
            return;
        convert(k, &s, *f++, v);
    }
}

int vsnprintf(char *to, size_t room, const char *format, va_list v)
{
    struct sink k = {.fd = -1, .start = to, .at = to, .end = room ? to + room - 1 : to};
    va_list copy;

    va_copy(copy, v);
    format_to(&k, format, &copy);
    va_end(copy);
    if (room)
        *k.at = 0;
    return (int)k.total;
}

int snprintf(char *to, size_t room, const char *format, ...)
{
    va_list v;
    int n;

    va_start(v, format);
    n = vsnprintf(to, room, format, v);
    va_end(v);
    return n;
}

int vdprintf(int fd, const char *format, va_list v)
{
    char buffer[160];
    struct sink k = {.fd = fd, .start = buffer, .at = buffer, .end = buffer + sizeof buffer};
    va_list copy;

    va_copy(copy, v);
    format_to(&k, format, &copy);
    va_end(copy);
    flush(&k);
    return (int)k.total;
}

int dprintf(int fd, const char *format, ...)
{
    va_list v;
    int n;

    va_start(v, format);
    n = vdprintf(fd, format, v);
    va_end(v);
    return n;
}

int printf(const char *format, ...)
{
    va_list v;
    int n;

    va_start(v, format);
    n = vdprintf(1, format, v);
    va_end(v);
    return n;
}

int puts(const char *s)
{
    return printf("%s\n", s);
}
