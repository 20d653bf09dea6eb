/* SPDX-License-Identifier: MIT */
/* What a machine costs its host: memory beyond the guest's own, and the time until a guest runs. Release builds only. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *const mode[] = {"native", "emulate", "trap"};

enum { MODES = sizeof mode / sizeof *mode };

/* Runs the program on a guest, quietly; fails the test unless it ends with `expected`. */
static void run(const char *guest, const char *how, const char *limit, int expected)
{
    const char *program = getenv("RINGSIDE");
    int status;
    pid_t child;

    cr_assert_not_null(program, "RINGSIDE is not set");
    child = fork();
    cr_assert_neq(child, -1);
    if (!child) {
        (void)!freopen("/dev/null", "w", stdout);
        (void)!freopen("/dev/null", "w", stderr);
        execl(program, program, "run", guest, "--mem", "16M", "--cpu", "virtualizable", "--mode", how, "--limit", limit,
              (char *)NULL);
        _exit(127);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == expected, "%s %s: %x", guest, how, status);
}

static void release_only(void)
{
    const char *m = getenv("MODE");

    if (m && *m && strcmp(m, "release") != 0)
        cr_skip_test("MODE=%s", m);
}

/* The guest touches most of its 16 MiB, and more code than is kept decoded. ru_maxrss is in KiB, of the largest child. */
Test(footprint, memory_beyond_the_guests_is_at_most_32_mib)
{
    release_only();
    for (unsigned i = 0; i < MODES; i++) {
        struct rusage u;

        run("build/guests/micro/spread.elf", mode[i], "0", 0);
        cr_assert_eq(getrusage(RUSAGE_CHILDREN, &u), 0);
        cr_assert_leq(u.ru_maxrss, (16 + 32) * 1024, "%s: %ld KiB", mode[i], u.ru_maxrss);
        printf("judge: memory with 16 MiB of the guest's, %s: %ld KiB\n", mode[i], u.ru_maxrss);
    }
}

/* The best of several, since others use this host too. */
Test(footprint, the_first_instruction_runs_within_20_ms)
{
    release_only();
    for (unsigned i = 0; i < MODES; i++) {
        double best = 1e9;

        for (unsigned n = 0; n < 20; n++) {
            struct timespec a, b;
            double ms;

            clock_gettime(CLOCK_MONOTONIC, &a);
            run("build/guests/micro/cr3.elf", mode[i], "1", 1);
            clock_gettime(CLOCK_MONOTONIC, &b);
            ms = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
            best = ms < best ? ms : best;
        }
        cr_assert_lt(best, 20.0, "%s: %.1f ms", mode[i], best);
        printf("judge: start to first instruction, %s: %.1f ms\n", mode[i], best);
    }
}
