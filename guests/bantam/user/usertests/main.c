/* SPDX-License-Identifier: MIT */
/* usertests: whatever programs do wrong ends them, and nobody else. How an attempt is made and judged, and the list of suites. */
#include "guests/bantam/user/usertests/usertests.h"

enum { PAGE = 4096 };

static unsigned attempts, failures;

void attempt(const char *what, void (*body)(void *), void *argument, int status)
{
    int ended = run_child(body, argument);

    attempts++;
    if (ended == status)
        return;
    failures++;
    printf("usertests: FAILED: %s: ended with %x, should be %x\n", what, ended, status);
}

void answers(int is, int should)
{
    if (is != should)
        printf("usertests: answered %d, should be %d\n", is, should);
    exit(is != should);
}

static uint32_t pages_free(void)
{
    struct counters c;

    must(counters(&c), "counters");
    return c.pages_free;
}

static const struct {
    const char *name;
    void (*run)(void);
} suites[] = {
    {"instructions", test_instructions}, {"interrupts", test_interrupts},
    {"pointers", test_pointers},         {"memory", test_memory},
    {"processes", test_processes},       {"files", test_files},
    {"programs", test_programs},         {"random", test_random},
};

static void takes_all_but_one(void *fd)
{
    while (pages_free() > 1)
        *(volatile char *)mmap(PAGE) = 1;
    write(*(int *)fd, "", 1);
    sleep(INT32_MAX);
}

/* The machine ends with process 1: memory that others have used up must not be its end. */
static bool first_has_memory(void)
{
    static char memory[5 * PAGE];
    int fd[2], pid;
    char c;
    bool taken;

    must(pipe(fd), "pipe");
    pid = must(spawn(takes_all_but_one, &fd[1]), "fork");
    close(fd[1]);
    taken = read(fd[0], &c, 1) == 1;
    for (int i = 0; i < 5; i++)
        *(volatile char *)&memory[i * PAGE] = 1;
    close(fd[0]);
    kill(pid);
    wait_for(pid);
    if (!taken)
        printf("usertests: FAILED: who takes all memory but a page is ended\n");
    return taken;
}

/* In a process of its own, so that what it needs of memory goes with it. */
static void run_suite(void *index)
{
    const int i = *(const int *)index;

    suites[i].run();
    printf("usertests: %s: %u attempts, %u failed\n", suites[i].name, attempts, failures);
    exit(failures != 0);
}

/* usertests [SUITE] */
int main(int argc, char **argv)
{
    bool ok;
    uint32_t before;

    printf("usertests: begin\n"); /* what printing needs of memory, it has from now on */
    ok = getpid() != 1 || first_has_memory();
    before = pages_free();
    for (int i = 0; i < (int)(sizeof suites / sizeof *suites); i++) {
        if (argc > 1 && strcmp(argv[1], suites[i].name) != 0)
            continue;
        ok &= run_child(run_suite, &i) == 0;
        while (wait(NULL) >= 0) /* as process 1 we are left the orphans */
            ;
    }
    if (pages_free() != before)
        printf("usertests: FAILED: %d pages are missing\n", (int)(before - pages_free()));
    ok &= pages_free() == before;
    printf("usertests: %s\n", ok ? "ok" : "FAILED");
    return !ok;
}
