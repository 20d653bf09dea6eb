/* SPDX-License-Identifier: MIT */
#include "tests/support/guest.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/dev/kbd.h"
#include "interp/diskfile.h"
#include "interp/file.h"
#include "interp/loader.h"
#include "vmm/technique.h"

static void read_comments(struct micro *m)
{
    char path[128], line[256];
    FILE *f;

    snprintf(path, sizeof path, "guests/micro/%s.asm", m->name);
    f = fopen(path, "r");
    cr_assert_not_null(f, "%s", path);
    while (fgets(line, sizeof line, f)) {
        (void)sscanf(line, "; expect: %31[^\n]", m->expect);
        (void)sscanf(line, "; hole: %15s", m->hole);
        (void)sscanf(line, "; disk: %31s", m->disk);
        if (m->keys < KEYS_MAX &&
            sscanf(line, "; keys: %" SCNu64 " %15s", &m->key[m->keys].tick, m->key[m->keys].name) == 2)
            m->keys++;
    }
    fclose(f);
    cr_assert_neq(m->expect[0], 0, "%s says nothing of its end", path);
}

unsigned micro_list(struct micro list[GUESTS_MAX])
{
    glob_t found;
    unsigned n;

    cr_assert_eq(glob("build/guests/micro/*.elf", 0, NULL, &found), 0, "no micro guests are built");
    for (n = 0; n < found.gl_pathc && n < GUESTS_MAX; n++) {
        struct micro *m = &list[n];
        char error[200];

        *m = (struct micro){.name = ""};
        cr_assert_eq(file_read(found.gl_pathv[n], &m->image, &m->size, error, sizeof error), 0, "%s", error);
        (void)sscanf(strrchr(found.gl_pathv[n], '/'), "/%31[^.]", m->name);
        read_comments(m);
    }
    globfree(&found);
    return n;
}

void micro_free(struct micro *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        free(list[i].image);
}

static void print(void *ctx, uint8_t byte)
{
    struct play *s = ctx;

    if (s->printed + 1 < CONSOLE_MAX)
        s->console[s->printed++] = (char)byte;
}

static void arm(struct play *s)
{
    struct machine *g = vm_guest(s->vm);
    bool more = s->next_key < s->guest->keys;

    g->awaits_input = more;
    clock_arm(&g->clock, &s->timer, more ? s->guest->key[s->next_key].tick : CLOCK_NEVER);
}

static void press(void *dev)
{
    struct play *s = dev;

    cr_assert_eq(kbd_press(&vm_guest(s->vm)->pc.kbd, s->guest->key[s->next_key++].name), 0);
    arm(s);
}

static struct disk *open_disk(struct play *s, char *error, size_t room)
{
    char path[80];

    snprintf(path, sizeof path, "build/guests/micro/%s", s->guest->disk);
    s->disk = diskfile_open(path, true, error, room);
    cr_assert_not_null(s->disk, "%s", error);
    return s->disk;
}

void play_open_as(struct play *s, const struct technique *t, bool virtualizable, bool shadow, bool clock_insns,
                  const struct micro *guest, bool boot)
{
    char error[200];
    struct vm_config k = {.technique = t,
                          .virtualizable = virtualizable,
                          .shadow = shadow,
                          .mem = 16 << 20,
                          .tlb_sets = 64,
                          .tlb_ways = 4,
                          .cost = &cost_presets[0],
                          .clock_insns = clock_insns};
    const struct boot b = {.name = guest->name, .image = guest->image, .size = guest->size};

    *s = (struct play){.guest = guest};
    if (guest->disk[0])
        k.disk[0] = open_disk(s, error, sizeof error);
    s->vm = vm_create(&k, error, sizeof error);
    cr_assert_not_null(s->vm, "%s", error);
    if (boot)
        cr_assert_eq(loader_boot(vm_guest(s->vm), &b, error, sizeof error), 0, "%s", error);
    vm_serial(s->vm, print, s);
    s->timer = (struct timer){.fire = press, .dev = s};
    clock_add(&vm_guest(s->vm)->clock, &s->timer);
    arm(s);
}

void play_open(struct play *s, const char *technique, bool clock_insns, const struct micro *guest, bool boot)
{
    char name[32];

    (void)sscanf(technique, "%31[^+]", name);
    play_open_as(s, technique_find(name), strstr(technique, "+v"), strstr(technique, "+s"), clock_insns, guest, boot);
}

void play_resume(struct play *s, uint64_t input)
{
    while (s->next_key < s->guest->keys && s->guest->key[s->next_key].tick < input)
        s->next_key++;
    arm(s);
}

void play_close(struct play *s)
{
    char error[200];

    vm_destroy(s->vm);
    (void)diskfile_close(s->disk, error, sizeof error);
}
