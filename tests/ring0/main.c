/* SPDX-License-Identifier: MIT */
/*
 * The ring-0 judge: random programs full of faults, gates, stack switches and paging edits run on another emulator and on
 * Ringside, and every exception and the final state must be the same.
 *
 *   build/ring0 [--judge qemu|bochs|native] [--modes native,emulate,trap] [--seed N] [--programs N] [--program K]
 *
 * --program K runs that one alone. The first differences are shown whole. $RINGSIDE is the program under test.
 * Exit status: 0 no difference, 1 some, 2 the programs could not be run, 77 there is no such judge here.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/ring0/generate.h"
#include "tests/ring0/log.h"

enum { BATCH = 1000, SHOWN = 3, MODES = 3, ALL = -1 };

struct session {
    const struct emulator *judge, *mode[MODES];
    unsigned modes;
    enum profile profile;
    uint64_t seed;
    uint32_t programs;
    int64_t alone; /* ALL, or the one program */
    char folder[64];
    unsigned differences, traps, stopped, hung, vectors[256];
    struct run theirs[BATCH], ours[BATCH];
};

/* Ringside's log is masked as the judge's is. */
static struct emulator masked(const struct session *s, const struct emulator *e)
{
    struct emulator copy = *e;

    copy.flags |= s->judge->flags & FLAG_MASK;
    return copy;
}

/* Both once more, with that program alone, for what its arena holds at the end. */
static void show_arenas(struct session *s, const struct program *p, const struct emulator *mode)
{
    static uint8_t arena[2][ARENA_SIZE];
    static struct run r;
    const struct emulator *e[2] = {s->judge, mode};

    for (unsigned i = 0; i < 2; i++) {
        struct emulator one = masked(s, e[i]);
        struct image image;

        if (image_begin(&image))
            return;
        r.end = RUN_NOT;
        if (image_add(&image, p) == 0)
            (void)runs_collect(&one, &image, s->folder, &r, arena[i]);
        image_free(&image);
        if (r.end != RUN_WHOLE)
            return;
    }
    arena_show_difference(stdout, arena[0], arena[1], s->judge->name, mode->name);
}

static void report(struct session *s, uint32_t number, uint32_t at, const struct emulator *mode)
{
    static struct program p;

    printf("program %u of seed %llu: %s and %s differ\n", number, (unsigned long long)s->seed, s->judge->name,
           mode->name);
    if (++s->differences > SHOWN)
        return;
    program_generate(&p, s->profile, s->seed, number);
    program_show(stdout, &p);
    run_show(stdout, &s->theirs[at], &s->ours[at], s->judge->name, mode->name);
    show_arenas(s, &p, mode);
    printf("  again: build/ring0 --judge %s --modes %s --seed %llu --program %u\n", s->judge->name, mode->name,
           (unsigned long long)s->seed, number);
}

static void count(struct session *s, const struct run *r)
{
    s->traps += r->traps;
    s->stopped += r->end == RUN_STOPPED;
    s->hung += r->end == RUN_HUNG;
    for (unsigned i = 0; i < r->traps; i++)
        s->vectors[r->trap[i].vector_step & 0xff]++;
}

/* As many programs from `first` on as fit an image. */
static uint32_t fill(struct session *s, struct image *image, uint32_t first, uint32_t last)
{
    static struct program p;
    uint32_t n;

    if (s->judge->room)
        image->room = s->judge->room;
    for (n = 0; n < BATCH && first + n < last; n++) {
        program_generate(&p, s->profile, s->seed, first + n);
        if (image_add(image, &p))
            break;
    }
    return n;
}

static int compare(struct session *s, struct image *image, uint32_t first, const struct emulator *mode)
{
    struct emulator e = masked(s, mode);

    if (runs_collect(&e, image, s->folder, s->ours, NULL)) {
        printf("%s did not run the programs\n", mode->name);
        return -1;
    }
    for (uint32_t i = 0; i < image->count; i++) {
        run_normalize(&s->ours[i], s->judge->name);
        if (!run_equal(&s->theirs[i], &s->ours[i]))
            report(s, first + i, i, mode);
    }
    return 0;
}

/* Returns how many programs there were, 0 when they could not be run. */
static uint32_t batch(struct session *s, uint32_t first, uint32_t last)
{
    struct image image;
    uint32_t n = 0;

    if (image_begin(&image) == 0)
        n = fill(s, &image, first, last);
    if (n && runs_collect(s->judge, &image, s->folder, s->theirs, NULL))
        n = 0;
    for (uint32_t i = 0; i < n; i++) {
        count(s, &s->theirs[i]);
        run_normalize(&s->theirs[i], s->judge->name);
    }
    for (unsigned m = 0; m < s->modes && n; m++)
        if (compare(s, &image, first, s->mode[m]))
            n = 0;
    image_free(&image);
    return n;
}

static int judge(struct session *s)
{
    uint32_t first = s->alone == ALL ? 0 : (uint32_t)s->alone, last = s->alone == ALL ? s->programs : first + 1, at, n;

    for (at = first; at < last; at += n) {
        n = batch(s, at, last);
        if (n == 0) {
            printf("%s: the programs could not be run\n", s->judge->name);
            return 2;
        }
    }
    printf("judge: %u ring-0 programs, %s and", at - first, s->judge->name);
    for (unsigned m = 0; m < s->modes; m++)
        printf("%s %s", m ? "," : "", s->mode[m]->name);
    printf(": %u differences in %u exceptions (", s->differences, s->traps);
    for (unsigned v = 0; v < 18; v++)
        printf("%s%u: %u", v ? ", " : "", v, s->vectors[v]);
    printf("), %u triple faults, %u without end\n", s->stopped, s->hung);
    return s->differences ? 1 : 0;
}

static bool take_modes(struct session *s, char *names)
{
    s->modes = 0;
    for (char *name = strtok(names, ","); name && s->modes < MODES; name = strtok(NULL, ",")) {
        s->mode[s->modes] = emulator_find(name);
        if (!s->mode[s->modes++])
            return false;
    }
    return true;
}

static bool take_options(struct session *s, int argc, char **argv)
{
    static const struct option options[] = {{"judge", 1, NULL, 'j'},   {"modes", 1, NULL, 'm'},
                                            {"seed", 1, NULL, 's'},    {"programs", 1, NULL, 'n'},
                                            {"program", 1, NULL, 'p'}, {NULL, 0, NULL, 0}};
    static char all[] = "native,emulate,trap";
    char *modes = all;

    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'j': s->judge = emulator_find(optarg); break;
        case 'm': modes = optarg; break;
        case 's': s->seed = strtoull(optarg, NULL, 0); break;
        case 'n': s->programs = (uint32_t)strtoul(optarg, NULL, 0); break;
        case 'p': s->alone = strtol(optarg, NULL, 0); break;
        default: return false;
        }
    }
    return s->judge && take_modes(s, modes);
}

static void clean_up(const char *folder)
{
    char command[100];

    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command))
        printf("%s is left\n", folder);
}

int main(int argc, char **argv)
{
    static struct session s = {.seed = 1, .programs = 300, .alone = ALL, .folder = "/tmp/ring0-XXXXXX"};
    int status;

    s.judge = emulator_find("qemu");
    if (!take_options(&s, argc, argv)) {
        fprintf(stderr, "ring0 [--judge qemu|bochs|native] [--modes native,emulate,trap] [--seed N] [--programs N] "
                        "[--program K]\n");
        return 2;
    }
    if (emulator_missing(s.judge)) {
        puts(emulator_missing(s.judge));
        return 77;
    }
    s.profile = strcmp(s.judge->name, "qemu") == 0 ? FOR_QEMU : FOR_BOCHS;
    if (!mkdtemp(s.folder))
        return 2;
    status = judge(&s);
    clean_up(s.folder);
    return status;
}
