/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/rig.h"
#include "ui/debug/expr.h"

/* pagefault.elf stands at its first instruction: a Multiboot header at 0x100000, start at 0x100010. */
static const struct {
    const char *text;
    int64_t value;
} good[] = {
    {"0", 0},
    {"123", 123},
    {"0x7b", 123},
    {"0X7B", 123},
    {"0173", 123},
    {"0b1111011", 123},
    {"'a'", 97},
    {"'\\n'", 10},
    {"'\\''", 39},
    {"0x7fffffffffffffff", INT64_MAX},
    {"-0x7fffffffffffffff - 1", INT64_MIN},
    {" 1 + 2 * 3 ", 7},
    {"(1 + 2) * 3", 9},
    {"10 - 4 - 3", 3},
    {"7 / 2", 3},
    {"-7 / 2", -3},
    {"-7 % 4", -3},
    {"1 << 4 + 1", 32},
    {"1 | 6 ^ 3 & 5", 1 | (6 ^ (3 & 5))},
    {"2 == 2 != 0", 1},
    {"1 < 2 == 2 > 1", 1},
    {"3 <= 3 && 4 >= 5 || 6", 1},
    {"!5 + !0", 1},
    {"~0", -1},
    {"- - 3", 3},
    {"+4", 4},
    {"-1 >> 60", -1},
    {"1 ? 2 : 0 ? 3 : 4", 2},
    {"0 ? 2 : 0 ? 3 : 4", 4},
    {"0 && 1 / 0", 0},
    {"1 || *0xfffff000", 1},
    {"start", 0x100010},
    {"start+1", 0x100011},
    {"start<start", 0},
    {"&start", 0x100010},
    {"& start + 1 & 0xff", 0x11},
    {"$eip", 0x100010},
    {"$pc == start", 1},
    {"$EAX", 0x2badb002},
    {"$ax", 0xb002},
    {"$al", 0x02},
    {"$ah", 0xb0},
    {"$hw.cr3 != $cr3 && $hw.cpl == 0", 1},
    {"$cr0 & 1", 1},
    {"$cs", 8},
    {"$cs.base + $cs.limit", UINT32_MAX},
    {"$cpl", 0},
    {"$insns + $tick", 0},
    {"$if", 0},
    {"$gdtr.limit", 0},
    {"*0x100000", 0x1badb002},
    {"*0x100000 + 1", 0x1badb003},
    {"*(0x100000)", 0x1badb002},
    {"u8(0x100000)", 2},
    {"u16 (0x100000)", 0xb002},
    {"u32(u8(0x100000) + 0xffffe)", 0x1badb002},
    {"{u8}0x100000", 2},
    {"{unsigned short}0x100000 + 1", 0xb003},
    {"{int}(0x100000 + 0)", 0x1badb002},
    {"-{char}start * 0", 0},
};

/* What is told of those that are none. */
static const struct {
    const char *text, *told;
} bad[] = {
    {"", "bad expression: a value is missing at its end"},
    {"1 +", "bad expression: a value is missing at its end"},
    {"1 2", "bad expression: it ends before '2'"},
    {")", "bad expression: a value is missing at ')'"},
    {"&1", "bad expression: a value is missing at '1'"},
    {"&u8(start)", "bad expression: '&' takes a symbol"},
    {"(1", "bad expression: ')' is missing at its end"},
    {"(1 + 2 3)", "bad expression: ')' is missing at '3)'"},
    {"u8(1", "bad expression: ')' is missing at its end"},
    {"{double}1", "a type is u8, u16 or u32"},
    {"{u8 1", "a type is u8, u16 or u32"},
    {"{u8}", "bad expression: a value is missing at its end"},
    {"1 ? 2", "bad expression: ':' is missing at its end"},
    {"0x", "bad expression: '0x' is no number"},
    {"0xg", "bad expression: '0xg' is no number"},
    {"12ab", "bad expression: '12a' is no number"},
    {"09", "bad expression: '09' is no number"},
    {"''", "bad expression: a character is written 'a'"},
    {"'ab'", "bad expression: a character is written 'a'"},
    {"$", "$: no such register"},
    {"$nosuch", "$nosuch: no such register"},
    {"$hw.nosuch", "$hw.nosuch: no such register"},
    {"nosuch", "nosuch: no such symbol"},
    {"0x8000000000000000", "overflow: a number does not fit into 63 bits"},
    {"0x7fffffffffffffff + 1", "overflow: the result of '+' does not fit into 64 bits"},
    {"-0x7fffffffffffffff - 2", "overflow: the result of '-' does not fit into 64 bits"},
    {"0x7fffffffffffffff * 2", "overflow: the result of '*' does not fit into 64 bits"},
    {"-(-0x7fffffffffffffff - 1)", "overflow: the result of '-' does not fit into 64 bits"},
    {"(-0x7fffffffffffffff - 1) / -1", "overflow: the result of '/' does not fit into 64 bits"},
    {"(-0x7fffffffffffffff - 1) % -1", "overflow: the result of '%' does not fit into 64 bits"},
    {"1 << 63", "overflow: the result of '<<' does not fit into 64 bits"},
    {"1 << 64", "overflow: cannot shift by 64"},
    {"1 >> -1", "overflow: cannot shift by -1"},
    {"1 / 0", "division by zero"},
    {"1 % (2 - 2)", "division by zero"},
    {"*0x100000000", "0x100000000: no address, there are 32 bits"},
    {"*0xfffffff0", "cannot access memory at 0xfffffff0"},
    {"u8(0xf0000000)", "cannot access memory at 0xf0000000"},
};

Test(expr, values_and_errors)
{
    struct rig *s = rig_open("pagefault", "trap+v");
    char error[200];
    int64_t v;

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        cr_expect_eq(expr_eval(&s->d, good[i].text, &v, error, sizeof error), 0, "%s: %s", good[i].text, error);
        cr_expect_eq(v, good[i].value, "%s is %" PRId64, good[i].text, v);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect_eq(expr_eval(&s->d, bad[i].text, &v, error, sizeof error), -1, "%s", bad[i].text);
        cr_expect_str_eq(error, bad[i].told, "%s: %s", bad[i].text, error);
    }
    rig_close(s);
}

/* Whatever its size, an expression ends in a value or in a line. */
Test(expr, size_is_bounded)
{
    static const struct {
        const char *first, *more, *last;
    } shape[] = {{"", "(", "1"}, {"1", "+1", ""}, {"", "-", "1"}, {"", "1?", "1"}, {"", "*", "1"}, {"", "u8(", "1"}};
    struct rig *s = rig_open("pagefault", "native");

    for (size_t i = 0; i < sizeof shape / sizeof shape[0]; i++)
        for (unsigned n = 1; n <= 4096; n *= 2) {
            static char text[16384];
            char error[200] = "";
            int64_t v;

            (void)strcpy(text, shape[i].first);
            for (unsigned k = 0; k < n; k++)
                (void)strcat(text, shape[i].more);
            (void)strcat(text, shape[i].last);
            if (expr_eval(&s->d, text, &v, error, sizeof error))
                cr_expect(*error && !strchr(error, '\n'), "%s", error);
            else
                cr_expect_lt(n, 512, "%.20s...", text);
        }
    rig_close(s);
}
