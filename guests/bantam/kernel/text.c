/* SPDX-License-Identifier: MIT */
/* Bytes and strings, and formatting without a buffer: the kernel has no C library. */
#include "guests/bantam/kernel/text.h"

#include <stdint.h>

void *memcpy(void *to, const void *from, size_t n)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    if ((((uintptr_t)t | (uintptr_t)f | n) & 3) == 0) { /* pages and blocks */
        for (size_t i = 0; i < n; i += 4)
            *(uint32_t *)(void *)(t + i) = *(const uint32_t *)(const void *)(f + i);
        return to;
    }
    for (size_t i = 0; i < n; i++)
        t[i] = f[i];
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    if (t <= f || t >= f + n)
        return memcpy(to, from, n);
    while (n--)
        t[n] = f[n];
    return to;
}

void *memset(void *to, int byte, size_t n)
{
    uint8_t *t = to;
    uint32_t four = (uint8_t)byte * 0x01010101u;
    size_t i = 0;

    if (((uintptr_t)t & 3) == 0)
        for (; i + 4 <= n; i += 4)
            *(uint32_t *)(void *)(t + i) = four;
    for (; i < n; i++)
        t[i] = (uint8_t)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;

    for (size_t i = 0; i < n; i++)
        if (x[i] != y[i])
            return x[i] - y[i];
    return 0;
}

size_t text_length(const char *s)
{
    size_t n = 0;

    while (s[n])
        n++;
    return n;
}

bool text_equal(const char *a, const char *b)
{
    size_t n = text_length(a);

    return memcmp(a, b, n + 1) == 0;
}

void text_copy(char *to, const char *from, size_t room)
{
    size_t i = 0;

    for (; i + 1 < room && from[i]; i++)
        to[i] = from[i];
    to[i] = 0;
}

static void put_padded(void (*put)(char c), const char *s, size_t n, unsigned width, char pad)
{
    for (; width > n; width--)
        put(pad);
    for (size_t i = 0; i < n; i++)
        put(s[i]);
}

static void put_number(void (*put)(char c), uint32_t v, unsigned base, bool minus, unsigned width, char pad)
{
    char digits[12], *at = digits + sizeof digits;

    do
        *--at = "0123456789abcdef"[v % base];
    while (v /= base);
    if (minus)
        *--at = '-';
    put_padded(put, at, (size_t)(digits + sizeof digits - at), width, pad);
}

void text_format(void (*put)(char c), const char *f, va_list arguments)
{
    for (; *f; f++) {
        unsigned width = 0;
        char pad = ' ', one;
        const char *s;
        int32_t d;

        if (*f != '%') {
            put(*f);
            continue;
        }
        if (*++f == '0')
            pad = '0';
        for (; *f >= '0' && *f <= '9'; f++)
            width = width * 10 + (unsigned)(*f - '0');
        switch (*f) {
        case 's':
            s = va_arg(arguments, const char *);
            put_padded(put, s, text_length(s), width, ' ');
            break;
        case 'c':
            one = (char)va_arg(arguments, int);
            put(one);
            break;
        case 'd':
            d = va_arg(arguments, int32_t);
            put_number(put, d < 0 ? -(uint32_t)d : (uint32_t)d, 10, d < 0, width, pad);
            break;
        case 'u': put_number(put, va_arg(arguments, uint32_t), 10, false, width, pad); break;
        case 'x':
        case 'p': put_number(put, va_arg(arguments, uint32_t), 16, false, width, pad); break;
        case 0: return;
        default: put(*f);
        }
    }
}
