/* SPDX-License-Identifier: MIT */
/* Characters, and numbers in text. */
#include "guests/bantam/user/libc/libc.h"

bool isdigit(int c)
{
    return c >= '0' && c <= '9';
}

bool isspace(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool isalpha(int c)
{
    return tolower(c) >= 'a' && tolower(c) <= 'z';
}

bool isprint(int c)
{
    return c >= ' ' && c <= '~';
}

int tolower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
}

int toupper(int c)
{
    return c >= 'a' && c <= 'z' ? c + 'A' - 'a' : c;
}

/* The value of a digit in any base up to 36; 36 for what is none. */
static int digit(int c)
{
    if (isdigit(c))
        return c - '0';
    return isalpha(c) ? tolower(c) - 'a' + 10 : 36;
}

/* What of "0x", "0" is there to be skipped, and the base that it means. */
static int prefix(const char **s, int base)
{
    const bool hexadecimal = (*s)[0] == '0' && tolower((*s)[1]) == 'x' && digit((*s)[2]) < 16;

    if (hexadecimal && (base == 0 || base == 16)) {
        *s += 2;
        return 16;
    }
    if (base)
        return base;
    return **s == '0' ? 8 : 10;
}

/* Beyond the greatest number, it stays there. */
static unsigned long magnitude(const char **s, int base, bool *any)
{
    unsigned long v = 0;

    base = prefix(s, base);
    for (*any = false; digit(**s) < base; *any = true) {
        const unsigned long d = (unsigned long)digit(*(*s)++);

        v = v > (~0ul - d) / (unsigned long)base ? ~0ul : v * (unsigned long)base + d;
    }
    return v;
}

static unsigned long number(const char *s, char **end, int base, bool *minus)
{
    const char *at = s;
    bool any;
    unsigned long v;

    while (isspace(*at))
        at++;
    *minus = *at == '-';
    if (*at == '-' || *at == '+')
        at++;
    v = magnitude(&at, base, &any);
    if (end)
        *end = (char *)(any ? at : s);
    return v;
}

unsigned long strtoul(const char *s, char **end, int base)
{
    bool minus;
    const unsigned long v = number(s, end, base, &minus);

    return minus ? 0 - v : v;
}

long strtol(const char *s, char **end, int base)
{
    const unsigned long most = ~0ul >> 1;
    bool minus;
    unsigned long v = number(s, end, base, &minus);

    if (v > most + minus)
        v = most + minus;
    return (long)(minus ? 0 - v : v);
}

int atoi(const char *s)
{
    return (int)strtol(s, NULL, 10);
}

/* Marsaglia, "Xorshift RNGs", 2003: the triple 13, 17, 5. */
unsigned rand_next(unsigned *state)
{
    unsigned x = *state ? *state : 1;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}
