/* SPDX-License-Identifier: MIT */
#include "tests/support/rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const technique_words[ENDS] = {"native", "emulate", "trap+v", "trap"};

struct rig *rig_open(const char *guest, const char *technique)
{
    struct rig *s = calloc(1, sizeof *s);
    struct options o;
    char mode[20];

    cr_assert(s);
    options_init(&o);
    (void)snprintf(s->guest, sizeof s->guest, "build/guests/micro/%s.elf", guest);
    (void)snprintf(mode, sizeof mode, "%.*s", (int)strcspn(technique, "+"), technique);
    o.word = s->guest;
    o.limit = 2000000000;
    o.mem = 8 << 20;
    o.virtualizable = strchr(technique, '+') != NULL;
    cr_assert_eq(take_mode(&o, mode), TAKEN);
    cr_assert_eq(debug_open(&s->d, &o), 0, "%s", s->guest);
    shell_init(&s->sh, &s->d);
    return s;
}

void rig_close(struct rig *s)
{
    shell_free(&s->sh);
    debug_close(&s->d);
    free(s);
}

const char *rig_do(struct rig *s, const char *line)
{
    size_t n = 0;
    char text[2048];

    s->sh.bad = false;
    sheet_clear(&s->sh.out);
    shell_submit(&s->sh, line);
    while (shell_advance(&s->sh, 10000000))
        ;
    s->said[0] = '\0';
    for (size_t i = 0; i < s->sh.out.lines && n < sizeof s->said - sizeof text; i++)
        n += (size_t)snprintf(s->said + n, sizeof s->said - n, "%s\n", sheet_copy(&s->sh.out, i, text, sizeof text));
    return s->said;
}
