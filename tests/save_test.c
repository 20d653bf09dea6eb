/* SPDX-License-Identifier: MIT */
/* Saved states: a run that is saved at any point and goes on elsewhere ends as the whole one; files that are none. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "interp/file.h"
#include "interp/loader.h"
#include "interp/state.h"
#include "interp/statefile.h"
#include "tests/support/guest.h"
#include "tests/support/rounds.h"
#include "tests/support/testvm.h"
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

static const char *const technique[] = {"native+v", "emulate+v", "trap+v", "vtx+v", "vtx+v+s"};
enum { TECHNIQUES = sizeof technique / sizeof *technique };

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
    struct statefile with = {.input = at, .guest = statefile_guest(m->image, m->size)};
    struct play a, b;

    play_open(&a, how[0], true, m, true);
    cr_assert_eq(vm_run(a.vm, at), OUTCOME_LIMIT, "%s to %llu", m->name, (unsigned long long)at);
    cr_assert_eq(statefile_save(vm_guest(a.vm), &with, path, error, sizeof error), 0, "%s", error);
    play_open(&b, how[1], true, m, false);
    cr_assert_eq(statefile_load(vm_guest(b.vm), &with, path, error, sizeof error), 0, "%s", error);
    cr_expect_eq(with.input, at);
    play_resume(&b, with.input);
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

/* ---- in the midst of something ----------------------------------------------------------------------------------- */

static bool is_new(const struct machine *g)
{
    return g->cpu.t[0] == 0;
}

static bool is_running(const struct machine *g)
{
    return g->cpu.t[0] == 200;
}

static bool is_halted(const struct machine *g)
{
    return g->cpu.activity == HALTED;
}

static bool is_hypervisor(const struct machine *g)
{
    return g->cpu.vmx.on && !g->cpu.vmx.non_root && g->cpu.vmx.vmcs != VMCS_NONE;
}

static bool is_its_guest(const struct machine *g)
{
    return g->cpu.vmx.non_root;
}

/* An interrupt waits for the guest to open. */
static bool is_pending(const struct machine *g)
{
    return g->cpu.intr && !(g->cpu.eflags & FL_IF);
}

/* The tick at which a guest comes to be in such a state. */
static uint64_t tick_of(const struct micro *m, bool (*there)(const struct machine *))
{
    struct play s;
    uint64_t at;

    play_open(&s, "native+v", true, m, true);
    while (!there(vm_guest(s.vm)))
        cr_assert_eq(vm_step(s.vm), OUTCOME_NONE, "%s ends first", m->name);
    at = machine_now(vm_guest(s.vm));
    play_close(&s);
    return at;
}

Test(save, in_the_midst_of_something_from_each_technique_to_each_other)
{
    static const struct {
        const char *guest;
        bool (*there)(const struct machine *);
    } midst[] = {{"timer", is_halted}, {"serial", is_pending}, {"vmx", is_hypervisor}, {"vmx", is_its_guest}};
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);
    char path[32];

    temporary(path);
    for (unsigned i = 0; i < sizeof midst / sizeof *midst; i++) {
        const struct micro *m = list;
        struct whole whole;
        uint64_t at;

        while (strcmp(m->name, midst[i].guest) != 0)
            cr_assert_lt(++m, list + n, "no guest %s", midst[i].guest);
        run_whole(m, &whole);
        at = tick_of(m, midst[i].there);
        for (unsigned pair = 0; pair < TECHNIQUES * TECHNIQUES; pair++) {
            const char *const how[2] = {technique[pair / TECHNIQUES], technique[pair % TECHNIQUES]};

            save_and_go_on(m, &whole, at, how, path);
        }
    }
    unlink(path);
    micro_free(list, n);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

enum { INPUT = 7, GUEST = 11 };
static const struct statefile saved_with = {.input = INPUT, .guest = GUEST};

static int take(struct machine *m, const uint8_t *data, size_t size, char error[200])
{
    uint8_t *exact = malloc(size ? size : 1); /* so that a sanitizer sees one byte too many */
    struct statefile with = {.guest = GUEST};
    int result;

    memcpy(exact, data, size);
    result = statefile_take(m, &with, exact, size, error, 200);
    free(exact);
    return result;
}

Test(save, files_that_are_damaged_or_foreign_are_refused)
{
    static struct micro list[GUESTS_MAX];
    unsigned n = micro_list(list);
    struct statefile other = {.guest = GUEST + 1};
    char path[32], error[200];
    struct machine *m;
    uint8_t *data;
    struct play s;
    size_t size;

    temporary(path);
    play_open(&s, "native", true, &list[0], true);
    m = vm_guest(s.vm);
    cr_assert_eq(statefile_save(m, &saved_with, path, error, sizeof error), 0, "%s", error);
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
    cr_expect_eq(statefile_take(m, &other, data, size, error, sizeof error), -1);
    cr_expect_not_null(strstr(error, "another guest"), "%s", error);
    cr_expect_eq(statefile_save(m, &saved_with, "/nowhere/at/all", error, sizeof error), -1);
    free(data);
    play_close(&s);
    micro_free(list, n);
}

/* ---- what fuzzing begins with ------------------------------------------------------------------------------------ */

static const struct seed {
    const char *name, *guest;
    bool (*there)(const struct machine *);
    bool file; /* with the head and the sum of a file */
} seeds[] = {{"power_on", "pagefault", is_new, false},  {"running", "pagefault", is_running, false},
             {"halted", "timer", is_halted, false},     {"hypervisor", "vmx", is_hypervisor, false},
             {"its_guest", "vmx", is_its_guest, false}, {"file", "pagefault", is_running, true}};

/* As tests/fuzz/state_fuzz.c has it. */
static struct vm *fuzzed_machine(void)
{
    return testvm(technique_find("native"), (struct vm_config){.mem = 2 << 20, .tlb_sets = 4, .tlb_ways = 2});
}

static void write_seed(const struct seed *k, const char *path)
{
    struct vm *v = fuzzed_machine();
    const struct statefile with = {.guest = 0};
    char elf[80], error[300];
    struct boot b = {.name = k->guest};
    uint8_t *image;
    struct state s;

    snprintf(elf, sizeof elf, "build/guests/micro/%s.elf", k->guest);
    cr_assert_eq(file_read(elf, &image, &b.size, error, sizeof error), 0, "%s", error);
    b.image = image;
    cr_assert_eq(loader_boot(vm_guest(v), &b, error, sizeof error), 0, "%s", error);
    while (!k->there(vm_guest(v)))
        cr_assert_eq(vm_step(v), OUTCOME_NONE, "%s ends first", k->name);
    cr_assert_eq(statefile_save(vm_guest(v), &with, path, error, sizeof error), 0, "%s", error);
    if (!k->file) {
        FILE *f = fopen(path, "wb");

        state_init_save(&s);
        cr_assert_eq(machine_state(vm_guest(v), &s), 0);
        cr_assert(f && fwrite(s.data, 1, s.size, f) == s.size && fclose(f) == 0);
        state_free(&s);
    }
    free(image);
    vm_destroy(v);
}

/* UPDATE_SEEDS=1 in the environment writes them anew. */
Test(save, seeds_of_the_fuzz_target_are_of_this_version)
{
    const char *update = getenv("UPDATE_SEEDS");

    for (unsigned i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        struct statefile with = {.guest = 0};
        struct vm *v = fuzzed_machine();
        char path[100], error[300];
        uint8_t *data;
        size_t size;
        struct state s;

        snprintf(path, sizeof path, "tests/fuzz/corpus/state_fuzz/%s", seeds[i].name);
        if (update && *update)
            write_seed(&seeds[i], path);
        cr_assert_eq(file_read(path, &data, &size, error, sizeof error), 0, "%s", error);
        state_init_load(&s, data, size);
        if (seeds[i].file)
            cr_expect_eq(statefile_take(vm_guest(v), &with, data, size, error, sizeof error), 0, "%s", error);
        else
            cr_expect_eq(machine_state(vm_guest(v), &s), 0, "%s: %s", path, s.error);
        cr_expect(seeds[i].there(vm_guest(v)), "%s", path);
        free(data);
        vm_destroy(v);
    }
}
