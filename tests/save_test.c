/* SPDX-License-Identifier: MIT */
/* Saved states: a run that is saved at any point and goes on elsewhere ends as the whole one; files that are none. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "interp/file.h"
#include "interp/state.h"
#include "interp/statefile.h"
#include "tests/support/guest.h"
#include "tests/support/rounds.h"
#include "vmm/technique.h"

#define PATIENCE 20000000000

/* xorshift64 (Marsaglia 2003). */
static uint64_t draw(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static void temporary(char path[32])
{
    int fd;

    strcpy(path, "/tmp/ringside-save-XXXXXX");
    fd = mkstemp(path);
    cr_assert_neq(fd, -1);
    close(fd);
}

struct whole {
    enum outcome outcome;
    uint64_t ticks;
    char digest[33], console[CONSOLE_MAX];
};

static void run_whole(const struct micro *m, struct whole *w)
{
    struct play s;

    play_open(&s, "native+v", true, m, true);
    w->outcome = vm_run(s.vm, PATIENCE);
    w->ticks = machine_now(vm_guest(s.vm));
    machine_digest(vm_guest(s.vm), w->digest);
    memcpy(w->console, s.console, CONSOLE_MAX);
    play_close(&s);
}

/* Runs to `at` under one technique, and from there under the other. */
static void save_and_go_on(const struct micro *m, const struct whole *w, uint64_t at, const char *const how[2],
                           const char *path)
{
    char error[300] = "", digest[33];
    uint64_t input;
    struct play a, b;

    play_open(&a, how[0], true, m, true);
    cr_assert_eq(vm_run(a.vm, at), OUTCOME_LIMIT, "%s to %llu", m->name, (unsigned long long)at);
    cr_assert_eq(statefile_save(vm_guest(a.vm), at, path, error, sizeof error), 0, "%s", error);
    play_open(&b, how[1], true, m, false);
    cr_assert_eq(statefile_load(vm_guest(b.vm), &input, path, error, sizeof error), 0, "%s", error);
    cr_expect_eq(input, at);
    play_resume(&b, input);
    cr_expect_eq(vm_run(b.vm, PATIENCE), w->outcome, "%s at %llu", m->name, (unsigned long long)at);
    machine_digest(vm_guest(b.vm), digest);
    cr_expect_str_eq(digest, w->digest, "%s at %llu, %s to %s", m->name, (unsigned long long)at, how[0], how[1]);
    cr_expect(memcmp(w->console, a.console, a.printed) == 0 && strcmp(w->console + a.printed, b.console) == 0,
              "%s at %llu, %s to %s: another console", m->name, (unsigned long long)at, how[0], how[1]);
    play_close(&a);
    play_close(&b);
}

Test(save, any_point_goes_on_in_another_technique, .timeout = 1800)
{
    static const char *const technique[] = {"native+v", "emulate+v", "trap+v"};
    enum { TECHNIQUES = sizeof technique / sizeof *technique };
    static struct micro list[GUESTS_MAX];
    static struct whole whole[GUESTS_MAX];
    unsigned n = micro_list(list), points = rounds(150, 3000);
    uint64_t seed = 0x52696e6773696465;
    char path[32];

    temporary(path);
    for (unsigned i = 0; i < n; i++)
        run_whole(&list[i], &whole[i]);
    for (unsigned p = 0; p < points; p++) {
        unsigned g = p % n, from = (unsigned)(draw(&seed) % TECHNIQUES),
                 to = (from + 1 + (unsigned)(draw(&seed) % (TECHNIQUES - 1))) % TECHNIQUES;
        const char *const how[2] = {technique[from], technique[to]};
        uint64_t at = whole[g].ticks > 2 ? 1 + draw(&seed) % (whole[g].ticks - 2) : 1;

        save_and_go_on(&list[g], &whole[g], at, how, path);
    }
    unlink(path);
    printf("judge: states saved and gone on with in another technique: %u\n", points);
    micro_free(list, n);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static int take(struct machine *m, const uint8_t *data, size_t size, char error[200])
{
    uint8_t *exact = malloc(size ? size : 1); /* so that a sanitizer sees one byte too many */
    uint64_t input;
    int result;

    memcpy(exact, data, size);
    result = statefile_take(m, &input, exact, size, error, 200);
    free(exact);
    return result;
}

Test(save, files_that_are_damaged_or_foreign_are_refused)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);
    char path[32], error[200];
    struct machine *m;
    uint8_t *data;
    struct play s;
    size_t size;

    temporary(path);
    play_open(&s, "native", true, &list[0], true);
    m = vm_guest(s.vm);
    cr_assert_eq(statefile_save(m, 7, path, error, sizeof error), 0, "%s", error);
    cr_assert_eq(file_read(path, &data, &size, error, sizeof error), 0, "%s", error);
    unlink(path);
    cr_expect_eq(take(m, data, size, error), 0, "%s", error);
    for (size_t length = 0; length < size; length += length < 100 ? 1 : 1009) {
        cr_assert_eq(take(m, data, length, error), -1, "%zu bytes", length);
        cr_assert_str_not_empty(error);
    }
    for (size_t at = 0; at < size; at += at < 100 ? 1 : 997) {
        data[at] ^= 0x10;
        cr_assert_eq(take(m, data, size, error), -1, "byte %zu", at);
        cr_assert_not_null(strstr(error, at < 8    ? "not a saved state"
                                         : at < 10 ? "version"
                                                   : "checksum"),
                           "byte %zu: %s", at, error);
        data[at] ^= 0x10;
    }
    cr_expect_eq(take(m, data, size, error), 0, "%s", error);
    cr_expect_eq(statefile_save(m, 7, "/nowhere/at/all", error, sizeof error), -1);
    free(data);
    play_close(&s);
    micro_free(list, n);
}
