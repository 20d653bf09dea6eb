/* SPDX-License-Identifier: MIT */
#include "tests/support/thirdparty.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/file.h"
#include "interp/loader.h"
#include "vmm/technique.h"

void thirdparty_open(struct thirdparty *t, const char *name)
{
    char command[80], path[80], error[200];

    *t = (struct thirdparty){.name = name};
    snprintf(command, sizeof command, "tests/support/fetch-guest %s", name);
    if (system(command) != 0)
        cr_skip_test("%s cannot be had from Debian (build/thirdparty/%s.why-not)", name, name);
    snprintf(path, sizeof path, "build/thirdparty/%s", name);
    cr_assert_eq(file_read(path, &t->image, &t->size, error, sizeof error), 0, "%s", error);
}

void thirdparty_close(struct thirdparty *t)
{
    free(t->image);
}

struct vm *thirdparty_boot(const struct thirdparty *t, const char *technique, bool clock_insns, const char *append)
{
    const struct vm_config k = {.technique = technique_find(technique),
                                .virtualizable = true,
                                .mem = 64 << 20,
                                .tlb_sets = 64,
                                .tlb_ways = 4,
                                .cost = &cost_presets[0],
                                .clock_insns = clock_insns};
    const struct boot b = {.name = t->name, .image = t->image, .size = t->size, .append = append};
    char error[200];
    struct vm *v = vm_create(&k, error, sizeof error);

    cr_assert_not_null(v, "%s", error);
    cr_assert_eq(loader_boot(vm_guest(v), &b, error, sizeof error), 0, "%s", error);
    return v;
}

void screen_read(struct vm *v, struct screen *s)
{
    for (unsigned r = 0; r < VGA_ROWS; r++) {
        uint8_t cell[VGA_COLUMNS][2];

        cr_assert_eq(machine_read(vm_guest(v), VGA_TEXT + r * sizeof cell, cell, sizeof cell), 0);
        for (unsigned x = 0; x < VGA_COLUMNS; x++)
            s->row[r][x] = cell[x][0] >= ' ' && cell[x][0] < 0x7f ? (char)cell[x][0] : ' ';
        s->row[r][VGA_COLUMNS] = 0;
    }
}

int screen_find(const struct screen *s, const char *text)
{
    for (int r = 0; r < VGA_ROWS; r++)
        if (strstr(s->row[r], text))
            return r;
    return -1;
}

void screen_at(struct vm *v, uint64_t tick, struct screen *s)
{
    cr_assert_eq(vm_run(v, tick), OUTCOME_LIMIT);
    screen_read(v, s);
}
