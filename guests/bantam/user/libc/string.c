/* SPDX-License-Identifier: MIT */
/* Strings and memory. Words are moved at once where both ends allow it: the workloads copy much. */
#include "guests/bantam/user/libc/libc.h"

enum { WORD = sizeof(uint32_t) };
typedef uint32_t __attribute__((may_alias)) word_t;

static bool aligned(const void *a, const void *b)
{
    return ((uintptr_t)a | (uintptr_t)b) % WORD == 0;
}

void *memcpy(void *to, const void *from, size_t n)
{
    char *t = to;
    const char *f = from;

    if (aligned(to, from))
        for (; n >= WORD; n -= WORD, t += WORD, f += WORD)
            *(word_t *)t = *(const word_t *)f;
    while (n--)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    char *t = to;
    const char *f = from;

    if (t <= f || t >= f + n)
        return memcpy(to, from, n);
    while (n--)
        t[n] = f[n];
    return to;
}

void *memset(void *to, int byte, size_t n)
{
    char *t = to;
    const word_t word = (uint8_t)byte * 0x01010101u;

    if (aligned(to, to))
        for (; n >= WORD; n -= WORD, t += WORD)
            *(word_t *)t = word;
    while (n--)
        *t++ = (char)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;

    for (; n; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t strlen(const char *s)
{
    size_t n = 0;

    while (s[n])
        n++;
    return n;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n && *a && *a == *b; n--)
        a++, b++;
    return n ? (uint8_t)*a - (uint8_t)*b : 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

size_t strlcpy(char *to, const char *from, size_t room)
{
    const size_t n = strlen(from), kept = n < room ? n : room - 1;

    if (room) {
        memcpy(to, from, kept);
        to[kept] = 0;
    }
    return n;
}

char *strchr(const char *s, int c)
{
    for (; *s != (char)c; s++)
        if (!*s)
            return NULL;
    return (char *)s;
}

char *strrchr(const char *s, int c)
{
    char *found = NULL;

    do
        if (*s == (char)c)
            found = (char *)s;
    while (*s++);
    return found;
}
