/* SPDX-License-Identifier: MIT */
#include "grade/course.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "vmm/words.h"
#include "interp/file.h"

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* "NN-name" */
static bool is_lab(const char *name)
{
    return name[0] >= '0' && name[0] <= '9' && name[1] >= '0' && name[1] <= '9' && name[2] == '-' &&
           strlen(name) < NAME_ROOM + 8;
}

unsigned course_list(const struct places *p, char folder[COURSES_MAX][NAME_ROOM + 8])
{
    DIR *d = opendir(p->labs);
    struct dirent *e;
    unsigned n = 0;

    while (d && n < COURSES_MAX && (e = readdir(d)))
        if (is_lab(e->d_name))
            (void)snprintf(folder[n++], NAME_ROOM + 8, "%.*s", NAME_ROOM + 7, e->d_name);
    if (d)
        (void)closedir(d);
    qsort(folder, n, sizeof folder[0], by_name);
    return n;
}

/* By number or by name; "02-trap-and-emulate/", a path to it, is as good. */
static int find(struct course *c, const char *which, char *error, size_t room)
{
    char folder[COURSES_MAX][NAME_ROOM + 8], name[FOLDER_ROOM];
    unsigned n = course_list(c->places, folder);
    size_t end = strlen(which);
    const char *base;
    char *rest;
    long number;

    while (end > 1 && which[end - 1] == '/')
        end--;
    (void)snprintf(name, sizeof name, "%.*s", (int)end, which);
    base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    number = strtol(base, &rest, 10);
    for (unsigned i = 0; i < n; i++)
        if (strcmp(folder[i], base) == 0 || strcmp(folder[i] + 3, base) == 0 ||
            (!*rest && number == strtol(folder[i], NULL, 10))) {
            memcpy(c->folder, folder[i], sizeof c->folder);
            return 0;
        }
    (void)snprintf(error, room, _("there is no lab '%.200s' (ringside lab list)"), which);
    return -1;
}

static int read_manifest(struct course *c, char *error, size_t room)
{
    char path[FOLDER_ROOM], why[300];
    uint8_t *text;
    size_t n;
    int result;

    (void)snprintf(path, sizeof path, "%.3000s/%s/lab.json", c->places->labs, c->folder);
    if (file_read(path, &text, &n, error, room))
        return -1;
    result = manifest_parse(&c->lab, (const char *)text, n, why, sizeof why);
    free(text);
    if (result)
        (void)snprintf(error, room, "%s: %s", path, why);
    else if (strtoul(c->folder, NULL, 10) != c->lab.number || strcmp(c->folder + 3, c->lab.name) != 0)
        (void)snprintf(error, room, _("%s: number and name are not the folder's"), path);
    else
        return 0;
    return -1;
}

static int read_guests(struct course *c, bool hidden, char *error, size_t room)
{
    for (unsigned p = 0; p < c->lab.parts; p++)
        for (unsigned t = 0; t < c->lab.part[p].tests; t++) {
            const struct lab_test *test = &c->lab.part[p].test[t];
            struct guest_image *i = &c->image[p][t];
            char path[FOLDER_ROOM];

            if (test->hidden && !hidden)
                continue;
            (void)snprintf(path, sizeof path, "%.3000s/%s/tests/%s.elf", c->places->built, c->folder, test->guest);
            if (!file_read(path, &i->bytes, &i->size, error, room))
                continue;
            if (test->hidden)
                (void)snprintf(error, room, _("%s is not here: only a teacher's copy has the hidden tests"), path);
            return -1;
        }
    return 0;
}

int course_open(struct course *c, const struct places *p, const char *which, bool hidden, char *error, size_t room)
{
    *c = (struct course){.places = p};
    if (!find(c, which, error, room) && !read_manifest(c, error, room) && !read_guests(c, hidden, error, room))
        return 0;
    course_close(c);
    return -1;
}

void course_close(struct course *c)
{
    for (unsigned p = 0; p < PARTS_MAX; p++)
        for (unsigned t = 0; t < TESTS_MAX; t++)
            free(c->image[p][t].bytes);
    manifest_free(&c->lab);
    *c = (struct course){.places = c->places};
}

static void digest_file(XXH3_state_t *x, const char *path)
{
    char error[FOLDER_ROOM + 100];
    uint8_t *bytes;
    size_t n;

    if (file_read(path, &bytes, &n, error, sizeof error))
        return;
    (void)XXH3_128bits_update(x, bytes, n);
    free(bytes);
}

void course_digest(const struct course *c, const char *program, char hex[33])
{
    static const char *const of_labs[] = {"include/ringside_lab.h", "include/lab_wire.h", "worker/worker.c"};
    char path[FOLDER_ROOM];
    XXH3_state_t *x = XXH3_createState();
    XXH128_hash_t h = {0, 0};

    if (x) {
        (void)XXH3_128bits_reset(x);
        digest_file(x, program);
        digest_file(x, c->places->launcher);
        (void)snprintf(path, sizeof path, "%.3000s/%s/lab.json", c->places->labs, c->folder);
        digest_file(x, path);
        for (unsigned i = 0; i < sizeof of_labs / sizeof of_labs[0]; i++)
            if (!folder_path(path, c->places->labs, of_labs[i]))
                digest_file(x, path);
        for (unsigned p = 0; p < PARTS_MAX; p++)
            for (unsigned t = 0; t < TESTS_MAX; t++)
                (void)XXH3_128bits_update(x, c->image[p][t].bytes, c->image[p][t].size);
        h = XXH3_128bits_digest(x);
    }
    XXH3_freeState(x);
    (void)snprintf(hex, 33, "%016llx%016llx", (unsigned long long)h.high64, (unsigned long long)h.low64);
}
