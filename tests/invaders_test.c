/* SPDX-License-Identifier: MIT */
/*
 * A real guest that nobody here wrote: Debian's grub-invaders draws its ship and invaders in VGA text, shows PAUSE on `p`,
 * and moves the ship on the left arrow, whatever the technique. Keys come by tick, cells are read from the guest's memory.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "interp/dev/kbd.h"
#include "interp/file.h"
#include "interp/loader.h"
#include "vmm/technique.h"
#include "vmm/vm.h"

enum { SHIP_ROW = VGA_ROWS - 1 };

struct screen {
    char row[VGA_ROWS][VGA_COLUMNS + 1];
};

static void read_screen(struct vm *v, struct screen *s)
{
    for (unsigned r = 0; r < VGA_ROWS; r++) {
        uint8_t cell[VGA_COLUMNS][2];

        cr_assert_eq(machine_read(vm_guest(v), VGA_TEXT + r * sizeof cell, cell, sizeof cell), 0);
        for (unsigned x = 0; x < VGA_COLUMNS; x++)
            s->row[r][x] = cell[x][0] >= ' ' && cell[x][0] < 0x7f ? (char)cell[x][0] : ' ';
        s->row[r][VGA_COLUMNS] = 0;
    }
}

static bool shows(const struct screen *s, const char *text)
{
    for (unsigned r = 0; r < VGA_ROWS; r++)
        if (strstr(s->row[r], text))
            return true;
    return false;
}

static int ship_column(const struct screen *s)
{
    const char *at = strstr(s->row[SHIP_ROW], "/ \\");

    return at ? (int)(at - s->row[SHIP_ROW]) : -1;
}

static void run_until(struct vm *v, uint64_t tick, struct screen *s)
{
    cr_assert_eq(vm_run(v, tick), OUTCOME_LIMIT);
    read_screen(v, s);
}

static void play(const char *technique, const uint8_t *image, size_t size)
{
    const struct vm_config k = {.technique = technique_find(technique),
                                .virtualizable = true,
                                .mem = 64 << 20,
                                .tlb_sets = 64,
                                .tlb_ways = 4,
                                .cost = &cost_presets[0],
                                .clock_insns = true};
    const struct boot b = {.name = "invaders.exec", .image = image, .size = size};
    char error[200];
    struct vm *v = vm_create(&k, error, sizeof error);
    struct screen s;
    int column;

    cr_assert_not_null(v, "%s", error);
    cr_assert_eq(loader_boot(vm_guest(v), &b, error, sizeof error), 0, "%s", error);
    run_until(v, 3000000, &s);
    cr_assert(shows(&s, "-*-"), "%s: no invaders", technique);
    column = ship_column(&s);
    cr_assert_geq(column, 0, "%s: no ship", technique);
    cr_assert_eq(kbd_press(&vm_guest(v)->pc.kbd, "left"), 0);
    run_until(v, 16000000, &s);
    cr_assert_lt(ship_column(&s), column, "%s: the ship did not move", technique);
    cr_assert_not(shows(&s, "PAUSE"));
    cr_assert_eq(kbd_press(&vm_guest(v)->pc.kbd, "p"), 0);
    run_until(v, 27000000, &s);
    cr_assert(shows(&s, "PAUSE"), "%s: no pause", technique);
    vm_destroy(v);
}

Test(invaders, plays_under_every_technique)
{
    char error[200];
    uint8_t *image;
    size_t size;

    if (system("tests/support/fetch-invaders") != 0)
        cr_skip_test("Debian's grub-invaders cannot be had (build/thirdparty/why-not)");
    cr_assert_eq(file_read("build/thirdparty/boot/invaders.exec", &image, &size, error, sizeof error), 0, "%s", error);
    play("native", image, size);
    play("emulate", image, size);
    play("trap", image, size);
    free(image);
}
