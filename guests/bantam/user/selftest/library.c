/* SPDX-License-Identifier: MIT */
/* The C library, as far as it is more than calls of the kernel. */
#include "guests/bantam/user/selftest/selftest.h"

static void numbers(void)
{
    char *end;

    CHECK(strtol("-0x1F", NULL, 0) == -31 && strtoul("777", NULL, 8) == 511 && atoi("  12x") == 12);
    CHECK(strtoul("99999999999", &end, 10) == 0xffffffff && !*end);
    CHECK(strtol("-99999999999", NULL, 10) == INT32_MIN && strtol("x", &end, 10) == 0 && *end == 'x');
}

static void texts(void)
{
    char text[64], part[4];

    snprintf(text, sizeof text, "%5d|%-4u|%04x|%+d|%.2s|%c|%llu|%%", -42, 7u, 0xbeu, 3, "xyz", 'c', 1ull << 40);
    CHECK(strcmp(text, "  -42|7   |00be|+3|xy|c|1099511627776|%") == 0);
    CHECK(snprintf(part, sizeof part, "%s", "abcdef") == 6 && strcmp(part, "abc") == 0);
    CHECK(strlcpy(part, "xyzw", sizeof part) == 4 && strcmp(part, "xyz") == 0);
    CHECK(strcmp(error_text(E_NOENT), "no such file") == 0 && strcmp(error_text(-999), "unknown error") == 0);
    CHECK(strchr("a/b/c", '/')[1] == 'b' && strrchr("a/b/c", '/')[1] == 'c' && !strchr("abc", '/'));
}

static void moves(void)
{
    char text[16] = "0123456789";

    memmove(text + 2, text, 8);
    CHECK(memcmp(text, "0101234567", 10) == 0);
    memmove(text, text + 2, 8);
    CHECK(memcmp(text, "01234567", 8) == 0);
    CHECK(memcmp("a\xff", "a\x01", 2) > 0 && strncmp("abc", "abd", 2) == 0 && strcmp("ab", "abc") < 0);
}

/* What was freed is found again, neighbours joined. */
static void heap(void)
{
    char *block[8], *joined;

    for (int i = 0; i < 8; i++) {
        block[i] = malloc(1000);
        CHECK(block[i]);
        memset(block[i], i, 1000);
    }
    for (int i = 0; i < 8; i++)
        CHECK(block[i][0] == i && block[i][999] == i);
    for (int i = 0; i < 8; i++)
        free(block[i]);
    joined = malloc(7000);
    CHECK(joined >= block[0] && joined < block[7]);
    free(joined);
    CHECK(!malloc(0xffffffff) && !calloc(0x10000, 0x10000));
}

/* The processor divides 32 bits; the rest is divide.c. All volatile: the compiler knows ways around a division. */
static void divisions(void)
{
    volatile uint64_t n = 0xfedcba9876543210, d = 0x123456789, q = n / d, r = n % d;
    volatile int64_t minus = -1000000000007, ten = 10;
    volatile int64_t quotient = minus / ten, rest = minus % ten, other = minus / -ten;

    CHECK(q == 3758096384 && r == 2522100240);
    CHECK(quotient == -100000000000 && rest == -7 && other == 100000000000);
}

void test_library(void)
{
    numbers();
    texts();
    moves();
    heap();
    divisions();
}
