/* SPDX-License-Identifier: MIT */
/* System calls with pointers that point nowhere. */
#include "guests/bantam/user/usertests/usertests.h"

enum { PAGE = 4096 };

/* What a pointer is to the call: read as bytes, as a path, or written to. */
enum use { READS, PATH, WRITES };

static const struct call {
    const char *name;
    unsigned number, position; /* of the pointer among the arguments */
    enum use use;
    unsigned argument[3]; /* the others; FILE_: a file with something in it; GOOD: a good pointer */
} calls[] = {
    {"write", SYS_write, 1, READS, {1, 0, 8}},
    {"read", SYS_read, 1, WRITES, {3, 0, 8}},
    {"open", SYS_open, 0, PATH, {0, O_READ, 0}},
    {"exec", SYS_exec, 0, PATH, {0, 0, 0}},
    {"exec's argv", SYS_exec, 1, READS, {0, 0, 0}},
    {"pipe", SYS_pipe, 0, WRITES, {0}},
    {"counters", SYS_counters, 0, WRITES, {0}},
    {"stat's path", SYS_stat, 0, PATH, {0, 0, 0}},
    {"stat", SYS_stat, 1, WRITES, {0}},
    {"unlink", SYS_unlink, 0, PATH, {0}},
    {"mkdir", SYS_mkdir, 0, PATH, {0}},
    {"chdir", SYS_chdir, 0, PATH, {0}},
    {"processes", SYS_processes, 0, WRITES, {0, 4, 0}},
    {"clock", SYS_clock, 0, WRITES, {0}},
};

struct bad {
    const struct call *call;
    uintptr_t at;
    int should;
};

static void calls_with(void *bad)
{
    static char good[] = PROGRAMS "true";
    const struct bad *b = bad;
    uintptr_t argument[3] = {b->call->argument[0], b->call->argument[1], b->call->argument[2]};

    if (b->call->position == 1 && b->call->use != READS && b->call->number != SYS_read)
        argument[0] = (uintptr_t)good;
    if (b->call->number == SYS_exec && b->call->position == 1)
        argument[0] = (uintptr_t)good;
    if (b->call->number == SYS_exec && b->call->position == 0)
        argument[1] = (uintptr_t)(char *[]){good, NULL};
    if (b->call->number == SYS_stat && b->call->position == 0)
        argument[1] = (uintptr_t)sbrk(PAGE);
    if (b->call->number == SYS_read)
        argument[0] = (uintptr_t)must(open(good, O_READ), good);
    argument[b->call->position] = b->at;
    answers(system_call(b->call->number, argument[0], argument[1], argument[2], 0, 0), b->should);
}

/* A page of which the last four bytes are not zero, and behind it nothing. */
static char *edge(void)
{
    char *page = mmap(PAGE);

    memset(page, 'x', PAGE);
    return page + PAGE;
}

static void exit_now(void *unused)
{
    (void)unused;
    exit(0);
}

static void waits_with(void *at)
{
    spawn(exit_now, NULL);
    answers(system_call(SYS_wait, at, 0, 0, 0, 0), E_FAULT);
}

void test_pointers(void)
{
    char *end = edge();
    const uintptr_t nowhere[] = {
        0,          4,          0x1000,     0x3ffff000,     USER_END - STACK_BYTES - 8, USER_END,
        0xc0100000, 0xfffff000, 0xfffffffd, (uintptr_t)end, (uintptr_t)end - 3};

    for (size_t c = 0; c < sizeof calls / sizeof *calls; c++)
        for (size_t n = 0; n < sizeof nowhere / sizeof *nowhere; n++) {
            bool in_part =
                nowhere[n] == (uintptr_t)end - 3 && (calls[c].number == SYS_read || calls[c].number == SYS_write);

            attempt(calls[c].name, calls_with, &(struct bad){&calls[c], nowhere[n], in_part ? 3 : E_FAULT}, 0);
        }
    for (size_t c = 0; c < sizeof calls / sizeof *calls; c++)
        if (calls[c].use == WRITES) /* text is there, but not to be written */
            attempt(calls[c].name, calls_with, &(struct bad){&calls[c], USER_PROGRAM, E_FAULT}, 0);
    for (size_t n = 1; n < sizeof nowhere / sizeof *nowhere; n++)
        attempt("wait", waits_with, (void *)nowhere[n], 0);
    munmap(end - PAGE, PAGE);
}
