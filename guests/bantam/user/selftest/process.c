/* SPDX-License-Identifier: MIT */
/* The calls that make, end and look at processes, and time. */
#include "guests/bantam/user/selftest/selftest.h"

static void exits_with(void *status)
{
    exit(*(int *)status);
}

void test_exit(void)
{
    CHECK(run_child(exits_with, &(int){0}) == 0);
    CHECK(run_child(exits_with, &(int){42}) == 42);
    CHECK(run_child(exits_with, &(int){0x1ff}) == 0xff); /* the low byte is kept */
}

void test_fork(void)
{
    int here = 1, pid = fork(), status;

    if (pid == 0) {
        here = 2;
        exit(here);
    }
    CHECK(pid > 0 && wait(&status) == pid && status == 2 && here == 1);
}

void test_exec(void)
{
    CHECK(run_program(PROGRAMS "true", (char *[]){"true", NULL}) == 0);
    CHECK(exec("/no/such", (char *[]){"such", NULL}) == E_NOENT);
    CHECK(exec("/bin", (char *[]){"bin", NULL}) < 0);
    CHECK(run_program(PROGRAMS "echo", (char *[]){"echo", "selftest:", "exec", "passes", "arguments", NULL}) == 0);
}

void test_wait(void)
{
    int first = spawn(exits_with, &(int){1}), second = spawn(exits_with, &(int){2}), status, seen = 0;

    for (int i = 0; i < 2; i++) {
        int pid = wait(&status);

        CHECK((pid == first && status == 1) || (pid == second && status == 2));
        seen += status;
    }
    CHECK(seen == 3 && wait(&status) == E_CHILD);
}

void test_getpid(void)
{
    int fd[2], pid, told = 0;

    CHECK(pipe(fd) == 0);
    pid = fork();
    if (pid == 0) {
        told = getpid();
        write(fd[1], &told, sizeof told);
        exit(0);
    }
    CHECK(read(fd[0], &told, sizeof told) == sizeof told && told == pid && wait_for(pid) == 0);
    close(fd[0]);
    close(fd[1]);
}

struct writer {
    int fd;
    char letter;
};

static void writes_and_yields(void *argument)
{
    const struct writer *w = argument;

    for (int i = 0; i < 4; i++) {
        write(w->fd, &w->letter, 1);
        yield();
    }
}

/* Whoever yields lets the other write: neither writes all of its letters first. */
void test_yield(void)
{
    int fd[2], got = 0;
    char text[9] = {0};

    CHECK(pipe(fd) == 0);
    spawn(writes_and_yields, &(struct writer){fd[1], 'a'});
    spawn(writes_and_yields, &(struct writer){fd[1], 'b'});
    CHECK(wait(NULL) > 0 && wait(NULL) > 0);
    CHECK(close(fd[1]) == 0);
    while (got < 8)
        got += must(read(fd[0], text + got, (size_t)(8 - got)), "read");
    CHECK(strncmp(text, "aaaa", 4) != 0 && strncmp(text, "bbbb", 4) != 0);
    CHECK(read(fd[0], text, 1) == 0 && close(fd[0]) == 0);
}

void test_sleep(void)
{
    int start = uptime();

    CHECK(sleep(0) == 0 && sleep(3) == 0);
    CHECK(uptime() - start >= 3);
    CHECK(sleep((unsigned)-1) == E_INVAL);
}

void test_uptime(void)
{
    int start = uptime();

    CHECK(start >= 0);
    while (uptime() == start) /* the clock goes on while nobody waits for it */
        ;
    CHECK(uptime() > start);
}

void test_clock(void)
{
    uint64_t start = clock();

    CHECK(clock() > start);
}

static void spins(void *unused)
{
    (void)unused;
    for (volatile int i = 0;; i++)
        ;
}

static void sleeps(void *unused)
{
    (void)unused;
    sleep(100000);
}

void test_kill(void)
{
    int computing = spawn(spins, NULL), waiting = spawn(sleeps, NULL);

    sleep(2);
    CHECK(kill(computing) == 0 && wait_for(computing) == (W_KILLED | W_KILL));
    CHECK(kill(waiting) == 0 && wait_for(waiting) == (W_KILLED | W_KILL));
    CHECK(kill(waiting) == E_SRCH && kill(0) == E_SRCH && kill(-1) == E_SRCH);
}

static void is_in_foreground(void *unused)
{
    (void)unused;
    exit(foreground(0));
}

void test_foreground(void)
{
    int was = foreground(1);

    CHECK(run_child(is_in_foreground, NULL) == 1); /* it is inherited */
    CHECK(foreground(0) == 1);
    CHECK(run_child(is_in_foreground, NULL) == 0);
    CHECK(foreground(2) == E_INVAL);
    CHECK(foreground(was) == 0);
}

void test_processes(void)
{
    struct process_info p[8];
    int n = processes(p, 8), found = 0;

    CHECK(n >= 1 && processes(p, 0) == n);
    for (int i = 0; i < n && i < 8; i++)
        if (p[i].pid == getpid()) {
            CHECK(p[i].state == PROCESS_RUNNING && strcmp(p[i].name, "selftest") == 0 && p[i].pages > 0);
            found++;
        }
    CHECK(found == 1);
}

void test_counters(void)
{
    struct counters before, after;

    CHECK(counters(&before) == 0);
    CHECK(run_child(exits_with, &(int){0}) == 0);
    CHECK(counters(&after) == 0);
    CHECK(after.forks == before.forks + 1 && after.syscalls > before.syscalls && after.switches > before.switches);
    CHECK(after.pages == before.pages && after.pages_free == before.pages_free && after.pages_free < after.pages);
}
