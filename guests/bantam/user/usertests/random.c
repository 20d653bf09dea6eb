/* SPDX-License-Identifier: MIT */
/* System calls at random, with arguments near what means something. How they are answered is open; the kernel has to live. */
#include "guests/bantam/user/usertests/usertests.h"

enum { CHILDREN = 60, CALLS = 400, BUFFER = 8192 };

static char buffer[BUFFER];
static const char *const paths[] = {"/bin/../x", "/random", "/random/a", "/random/a/b", "/",  "..",    "",
                                    ".",         "//x/",    "random",    "a",           "./", "a/../b"};

/* Marsaglia's xorshift: the same calls at each run. */
static uint32_t draw(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    return *seed ^= *seed << 5;
}

static uint32_t path(uint32_t *seed)
{
    return (uint32_t)(uintptr_t)paths[draw(seed) % (sizeof paths / sizeof *paths)];
}

static uint32_t argument(uint32_t *seed)
{
    uint32_t any = draw(seed);

    switch (draw(seed) % 10) {
    case 0: return any;
    case 1: return USER_END + any % 16 - 8;     /* the border to the kernel */
    case 2: return USER_END - 1 - any % 8192;   /* the stack */
    case 3: return USER_MMAP + any % 64 * 4096; /* what mmap() gives */
    case 4: return 1u << any % 32;
    case 5: return -(any % 64);
    case 6: return (uint32_t)(uintptr_t)&buffer[any % BUFFER];
    case 7: return any % BUFFER;
    case 8: return path(seed);
    default: return any % 20; /* descriptors, flags */
    }
}

/* Others must not be hurt: nothing is removed but what is named here, and there is no terminal. */
static bool harmless(unsigned number)
{
    return number != SYS_kill && number != SYS_fork && number != SYS_exit && number != SYS_sleep;
}

static void calls(void *start)
{
    uint32_t seed = *(uint32_t *)start;

    for (int fd = 0; fd < 3; fd++)
        close(fd);
    for (int i = 0; i < CALLS; i++) {
        unsigned number = draw(&seed) % (SYSCALL_COUNT + 2);
        uint32_t a = number == SYS_unlink ? path(&seed) : argument(&seed), b = argument(&seed), c = argument(&seed);

        if (harmless(number))
            system_call(number, a, b, c, 0, 0);
    }
}

static void runs_a_program(void *unused)
{
    (void)unused;
    exec(PROGRAMS "true", (char *[]){"true", NULL});
    exit(1);
}

/* Some wait for what never comes. */
void test_random(void)
{
    for (uint32_t i = 1; i <= CHILDREN; i++) {
        uint32_t seed = i * 0x9e3779b9;
        int pid = must(spawn(calls, &seed), "fork");

        sleep(2);
        kill(pid);
        wait_for(pid);
    }
    attempt("a program, after all that", runs_a_program, NULL, 0);
}
