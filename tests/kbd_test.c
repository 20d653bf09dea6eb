/* SPDX-License-Identifier: MIT */
/* The keyboard controller and its keyboard. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/dev/kbd.h"
#include "interp/dev/keys.h"
#include "interp/state.h"
#include "tests/support/fake_host.h"

enum { HZ = 1000000 };

static struct fake_host f;
static struct kbd k;

static void start(void)
{
    fake_host_init(&f, HZ);
    kbd_init(&k, &f.host);
}

static void data(uint8_t v)
{
    kbd_out(&k, 0x60, v);
}

static void command(uint8_t v)
{
    kbd_out(&k, 0x64, v);
}

/* All that comes within a second, as hex; reads as soon as the buffer is full. */
static const char *received(void)
{
    static char text[256];
    unsigned n = 0;

    text[0] = 0;
    for (unsigned i = 0; i < 2000; i++) {
        while (kbd_in(&k, 0x64) & 1 && n < sizeof text - 4)
            n += (unsigned)sprintf(text + n, "%02x ", kbd_in(&k, 0x60));
        fake_host_run(&f, f.now + HZ / 2000);
    }
    return text;
}

/* Make and break of a key in the set that is in use. */
static const char *typed(const char *name)
{
    cr_assert_eq(kbd_key(&k, name, true), 0, "%s", name);
    cr_assert_eq(kbd_key(&k, name, false), 0, "%s", name);
    return received();
}

Test(kbd, keys_in_translation)
{
    /* Set 1 of the 84 keys that it is usually tabled for. */
    static const char *const row[][20] = {
        {"02", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "minus", "equal", "backspace", "tab"},
        {"10", "q", "w", "e", "r", "t", "y", "u", "i", "o", "p", "bracket_left", "bracket_right", "ret", "ctrl"},
        {"1e", "a", "s", "d", "f", "g", "h", "j", "k", "l", "semicolon", "apostrophe", "grave_accent", "shift",
         "backslash"},
        {"2c", "z", "x", "c", "v", "b", "n", "m", "comma", "dot", "slash", "shift_r", "kp_multiply", "alt", "spc",
         "caps_lock"},
        {"3b",  "f1",       "f2",          "f3",   "f4",   "f5",   "f6",          "f7",   "f8",   "f9",
         "f10", "num_lock", "scroll_lock", "kp_7", "kp_8", "kp_9", "kp_subtract", "kp_4", "kp_5", "kp_6"},
        {"4e", "kp_add", "kp_1", "kp_2", "kp_3", "kp_0", "kp_decimal"},
        {"56", "less", "f11", "f12"},
        {"01", "esc"},
    };
    char wanted[16];

    start();
    for (unsigned r = 0; r < sizeof row / sizeof *row; r++)
        for (unsigned i = 1; i < 20 && row[r][i]; i++) {
            unsigned code = (unsigned)strtoul(row[r][0], NULL, 16) + i - 1;

            sprintf(wanted, "%02x %02x ", code, code | 0x80);
            cr_expect_str_eq(typed(row[r][i]), wanted, "%s", row[r][i]);
        }
    cr_expect_str_eq(typed("left"), "e0 4b e0 cb ");
    cr_expect_str_eq(typed("right"), "e0 4d e0 cd ");
    cr_expect_str_eq(typed("up"), "e0 48 e0 c8 ");
    cr_expect_str_eq(typed("down"), "e0 50 e0 d0 ");
    cr_expect_str_eq(typed("home"), "e0 47 e0 c7 ");
    cr_expect_str_eq(typed("end"), "e0 4f e0 cf ");
    cr_expect_str_eq(typed("pgup"), "e0 49 e0 c9 ");
    cr_expect_str_eq(typed("pgdn"), "e0 51 e0 d1 ");
    cr_expect_str_eq(typed("insert"), "e0 52 e0 d2 ");
    cr_expect_str_eq(typed("delete"), "e0 53 e0 d3 ");
    cr_expect_str_eq(typed("kp_enter"), "e0 1c e0 9c ");
    cr_expect_str_eq(typed("print"), "e0 2a e0 37 e0 b7 e0 aa ");
    cr_expect_str_eq(typed("pause"), "e1 1d 45 e1 9d c5 ");
    cr_expect_eq(kbd_key(&k, "no_such_key", true), -1);
    cr_expect_eq(kbd_key(&k, "", true), -1);
    cr_expect_eq(kbd_press(&k, "A"), -1);
}

Test(kbd, sets_without_translation)
{
    start();
    command(0x60), data(0x05);
    cr_expect_str_eq(typed("a"), "1c f0 1c ");
    cr_expect_str_eq(typed("left"), "e0 6b e0 f0 6b ");
    data(0xf0), data(0x01);
    cr_expect_str_eq(received(), "fa fa ");
    cr_expect_str_eq(typed("a"), "1e 9e ");
    cr_expect_str_eq(typed("left"), "e0 4b e0 cb ");
    data(0xf0), received(), data(0x00);
    cr_expect_str_eq(received(), "fa 01 ");
    data(0xf0), received(), data(0x03);
    cr_expect_str_eq(received(), "fe ", "set 3 is not built");
    data(0xf6);
    cr_expect_str_eq(received(), "fa ");
    cr_expect_str_eq(typed("a"), "1c f0 1c ", "defaults: set 2");
}

Test(kbd, controller_commands)
{
    start();
    command(0x20);
    cr_expect_str_eq(received(), "65 ");
    command(0xaa);
    cr_expect_str_eq(received(), "55 ");
    command(0xab);
    cr_expect_str_eq(received(), "00 ");
    command(0xa9);
    cr_expect_str_eq(received(), "ff ", "no mouse");
    command(0xa8), command(0x20);
    cr_expect_str_eq(received(), "45 ");
    command(0xa7), command(0x20);
    cr_expect_str_eq(received(), "65 ");
    command(0xd0);
    cr_expect_str_eq(received(), "c3 ");
    command(0xd2), data(0x5a);
    cr_expect_str_eq(received(), "5a ", "as it is, not translated");
    command(0xd4), data(0xff);
    cr_expect_str_eq(received(), "fe ");
    command(0xd1), data(0xdd);
    cr_expect_not(f.a20);
    command(0xd0);
    cr_expect_str_eq(received(), "c1 ", "A20 reads back");
    command(0xdf);
    cr_expect(f.a20);
    command(0xdd);
    cr_expect_not(f.a20);
    command(0xd1), data(0xdf);
    cr_expect(f.a20);
    cr_expect_eq(f.resets, 0);
    command(0xff), command(0xf1);
    cr_expect_eq(f.resets, 0, "bit 0 is the reset line");
    command(0xfe);
    cr_expect_eq(f.resets, 1);
    command(0xd1), data(0x02);
    cr_expect_eq(f.resets, 2);
    cr_expect_str_eq(received(), "");
    command(0xad);
    kbd_key(&k, "a", true);
    cr_expect_str_eq(received(), "", "the wire is off");
    command(0xae);
    cr_expect_str_eq(received(), "1e ");
    cr_expect_eq(kbd_in(&k, 0x64) & 0x08, 0x08, "the last write was a command");
    command(0x60), data(0x64);
    cr_expect_eq(kbd_in(&k, 0x64) & 0x0c, 0x04, "SYS as written; the last write was data");
    f.rises[1] = 0;
    kbd_key(&k, "a", true);
    cr_expect(kbd_in(&k, 0x64) & 1);
    cr_expect_eq(f.rises[1], 0, "polled: the interrupt is off");
}

Test(kbd, keyboard_commands)
{
    start();
    data(0xff);
    cr_expect_eq(kbd_in(&k, 0x60), 0xfa, "answers do not wait for the wire");
    cr_expect_eq(kbd_in(&k, 0x60), 0xaa);
    data(0xf2);
    cr_expect_str_eq(received(), "fa ab 41 ", "83 in translation");
    data(0xee);
    cr_expect_str_eq(received(), "ee ");
    data(0xed), received(), data(0x07);
    cr_expect_str_eq(received(), "fa ");
    cr_expect_eq(k.keyboard.leds, 7);
    data(0xf3), received(), data(0x20);
    cr_expect_str_eq(received(), "fa ");
    data(0xfe);
    cr_expect_str_eq(received(), "fa ", "resend");
    data(0x12);
    cr_expect_str_eq(received(), "fe ", "no such command");
    data(0xf5), received();
    cr_expect_eq(kbd_key(&k, "a", true), 1, "nobody listens");
    data(0xf4), received();
    cr_expect_eq(kbd_key(&k, "a", true), 0);
    cr_expect_str_eq(received(), "1e ");
    data(0xed), received(), data(0xf4);
    cr_expect_str_eq(received(), "fa ", "a command in place of a parameter");
    command(0xad), data(0xee);
    cr_expect_str_eq(received(), "ee ", "writing to the keyboard opens the wire");
}

Test(kbd, pacing_and_interrupts)
{
    start();
    kbd_key(&k, "a", true);
    kbd_key(&k, "a", false);
    kbd_key(&k, "left", true);
    cr_expect(f.line[1], "the first comes at once");
    cr_expect_eq(kbd_in(&k, 0x60), 0x1e);
    cr_expect_not(f.line[1]);
    cr_expect_eq(kbd_in(&k, 0x64) & 1, 0);
    cr_expect_eq(kbd_in(&k, 0x60), 0x1e, "an empty buffer gives its last byte");
    fake_host_run(&f, f.now + HZ / 1000);
    cr_expect_not(f.line[1]);
    fake_host_run(&f, f.now + 1);
    cr_expect(f.line[1]);
    cr_expect_eq(f.rises[1], 2);
    fake_host_run(&f, f.now + HZ);
    cr_expect_eq(f.rises[1], 2, "nothing moves on before it is read");
    cr_expect_str_eq(received(), "9e e0 4b ");
    cr_expect_eq(f.rises[1], 4);
    cr_expect_eq(k.wire.when, CLOCK_NEVER);
    /* More than the keyboard remembers. */
    unsigned stored = 0;
    while (kbd_key(&k, "a", true) == 0)
        stored++;
    cr_expect_eq(stored, 33, "one in the buffer, 32 in the keyboard");
}

Test(kbd, press_lets_go_later)
{
    start();
    cr_expect_eq(kbd_press(&k, "p"), 0);
    cr_expect_eq(kbd_in(&k, 0x60), 0x19);
    fake_host_run(&f, HZ / 10);
    cr_expect_eq(kbd_in(&k, 0x64) & 1, 0);
    fake_host_run(&f, HZ / 10 + 1);
    cr_expect_eq(kbd_in(&k, 0x60), 0x99);
    cr_expect_eq(k.release.when, CLOCK_NEVER);
    for (unsigned i = 0; i < 10; i++) { /* more at once than there are slots: none stays down */
        const char name[2] = {(char)('0' + i), 0};

        cr_expect_eq(kbd_press(&k, name), 0);
        fake_host_run(&f, f.now + HZ / 500);
        kbd_in(&k, 0x60);
    }
    received();
    cr_expect_eq(k.release.when, CLOCK_NEVER);
    kbd_press(&k, "x"), kbd_press(&k, "x");
    cr_expect_str_eq(received(), "2d 2d ad ");
}

Test(kbd, state_is_complete_and_bounded)
{
    static const char *const name[] = {"a", "left", "pause", "print", "shift", "kp_0"};
    uint32_t seed = 11;

    start();
    for (unsigned i = 0; i < 20000; i++) {
        struct fake_host f2;
        struct kbd q;
        struct state s, l;
        uint32_t r = seed = seed * 1664525 + 1013904223;

        switch (r >> 30) {
        case 0: kbd_out(&k, r >> 8 & 1 ? 0x64 : 0x60, (uint8_t)(r >> 16)); break;
        case 1: kbd_in(&k, 0x60); break;
        case 2: kbd_press(&k, name[(r >> 8) % 6]); break;
        default: kbd_key(&k, name[(r >> 8) % 6], r >> 20 & 1); break;
        }
        fake_host_run(&f, f.now + (r >> 4 & 0xfff));
        if (i % 16)
            continue;
        fake_host_init(&f2, HZ);
        kbd_init(&q, &f2.host);
        state_init_save(&s);
        kbd_state(&s, &k);
        f2.now = f.now;
        state_init_load(&l, s.data, s.size);
        kbd_state(&l, &q);
        cr_assert_str_empty(l.error);
        cr_assert_eq(l.pos, l.size);
        for (unsigned n = 0; n < 20; n++) {
            cr_assert_eq(kbd_in(&q, 0x64), kbd_in(&k, 0x64));
            cr_assert_eq(kbd_in(&q, 0x60), kbd_in(&k, 0x60));
            fake_host_run(&f, f.now + HZ / 900);
            fake_host_run(&f2, f2.now + HZ / 900);
        }
        /* Lengths past the ends of their queues, and keys that do not exist. */
        s.data[6 + 6 + (r >> 8 & 1)] = 200;
        state_init_load(&l, s.data, s.size);
        kbd_state(&l, &q);
        cr_assert_str_not_empty(l.error);
        state_free(&s);
    }
}
