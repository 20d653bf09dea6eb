/* SPDX-License-Identifier: MIT */
/*
 * A real guest that nobody here wrote, Debian's grub-invaders, played by script through a whole life of its ship. Keys come
 * by tick, cells are read from the guest's memory.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "interp/dev/kbd.h"
#include "tests/support/rounds.h"
#include "tests/support/thirdparty.h"

enum { SHIP_ROW = VGA_ROWS - 1 };

static bool shows(const struct screen *s, const char *text)
{
    return screen_find(s, text) >= 0;
}

static int ship_column(const struct screen *s)
{
    const char *at = strstr(s->row[SHIP_ROW], "/ \\");

    return at ? (int)(at - s->row[SHIP_ROW]) : -1;
}

static void press(struct vm *v, const char *key)
{
    cr_assert_eq(kbd_press(&vm_guest(v)->pc.kbd, key), 0);
}

static void play(const struct thirdparty *game, const char *technique)
{
    struct vm *v = thirdparty_boot(game, technique, true, NULL);
    struct screen s;
    int column;

    screen_at(v, 3000000, &s);
    cr_assert(shows(&s, "-*-"), "%s: no invaders", technique);
    column = ship_column(&s);
    cr_assert_geq(column, 0, "%s: no ship", technique);
    press(v, "left");
    screen_at(v, 16000000, &s);
    cr_assert_lt(ship_column(&s), column, "%s: the ship did not move", technique);
    cr_assert_not(shows(&s, "PAUSE"));
    press(v, "p");
    screen_at(v, 27000000, &s);
    cr_assert(shows(&s, "PAUSE"), "%s: no pause", technique);
    vm_destroy(v);
}

Test(invaders, plays_under_every_technique)
{
    struct thirdparty game;

    thirdparty_open(&game, "invaders");
    play(&game, "native");
    play(&game, "emulate");
    play(&game, "trap");
    play(&game, "vtx");
    thirdparty_close(&game);
}

/* By cycles a second of the game is 2.4 thousand million of them, which it spends in asking the timer. */
#define SECOND UINT64_C(2400000000)

static unsigned stars(const struct screen *s)
{
    unsigned n = 0;

    for (unsigned r = 0; r < VGA_ROWS; r++)
        for (const char *at = s->row[r]; (at = strchr(at, '*')); at++)
            n++;
    return n;
}

/* Invaders hide one another; in a while each is seen. */
static unsigned invaders(struct vm *v, uint64_t from)
{
    unsigned most = 0;

    for (unsigned look = 0; look < 16; look++) {
        struct screen s;

        screen_at(v, from + look * SECOND / 8, &s);
        most = stars(&s) > most ? stars(&s) : most;
    }
    return most;
}

enum { SHOTS = 12 };

/* Shots of which some hit, a walk to the side, the end without mercy, and a new game. */
static void live(const struct thirdparty *game, const char *technique)
{
    struct vm *v = thirdparty_boot(game, technique, false, NULL), *idle = thirdparty_boot(game, technique, false, NULL);
    struct screen s;
    bool shot_seen = false;
    int column;

    for (unsigned shot = 0; shot < SHOTS; shot++) {
        screen_at(v, SECOND + shot * SECOND / 4, &s);
        shot_seen |= shows(&s, "|");
        press(v, "spc");
    }
    cr_assert(shot_seen, "%s: no shot", technique);
    column = ship_column(&s);
    cr_assert_lt(invaders(v, 5 * SECOND), invaders(idle, 5 * SECOND), "%s: no shot hit", technique);
    press(v, "right");
    screen_at(v, 8 * SECOND, &s);
    cr_assert_gt(ship_column(&s), column, "%s: the ship did not move", technique);
    cr_assert_not(shows(&s, "GAME OVER"));
    screen_at(v, 70 * SECOND, &s);
    cr_assert(shows(&s, "GAME OVER") && shows(&s, "YOU  LOSE") && shows(&s, "PRESS ESC"), "%s: no end", technique);
    press(v, "esc");
    screen_at(v, 72 * SECOND, &s);
    cr_assert(!shows(&s, "GAME OVER") && shows(&s, "-*-"), "%s: no new game", technique);
    vm_destroy(v);
    vm_destroy(idle);
}

/* With trap each question to the timer is an exit, and a life takes half a minute: the long form has it too. */
Test(invaders, a_whole_life)
{
    static const char *const technique[] = {"native", "vtx", "emulate", "trap"};
    struct thirdparty game;

    thirdparty_open(&game, "invaders");
    for (unsigned i = 0; i < rounds(2, 4); i++)
        live(&game, technique[i]);
    thirdparty_close(&game);
}
