/* SPDX-License-Identifier: MIT */
/* What is more than a call: turns, faults, orphans, the shell, and what a disk keeps from boot to boot. */
#include "guests/bantam/user/selftest/selftest.h"

static void spins_forever(void *unused)
{
    (void)unused;
    for (volatile int i = 0;; i++)
        ;
}

static void spins_a_while(void *unused)
{
    int end = uptime() + 10;

    (void)unused;
    while (uptime() < end)
        for (volatile int i = 0; i < 1000; i++)
            ;
}

/* Neither gives way by itself; the one that never ends cannot keep the other from it. */
void test_preemption(void)
{
    int forever = spawn(spins_forever, NULL), a_while = spawn(spins_a_while, NULL), status;

    CHECK(wait(&status) == a_while && status == 0);
    CHECK(kill(forever) == 0 && wait_for(forever) == (W_KILLED | W_KILL));
}

static void reads_null(void *unused)
{
    (void)unused;
    (void)*(volatile int *)0;
}

static void writes_kernel(void *unused)
{
    (void)unused;
    *(volatile int *)USER_END = 0;
}

static void divides(void *zero)
{
    *(volatile int *)zero = 100 / *(volatile int *)zero;
}

/* Down the stack, page by page, past its end. */
static void overflows(void *unused)
{
    volatile char here = 0, *at = &here;

    for (;;) {
        *at = here;
        at -= 1024;
    }
    (void)unused;
}

void test_faults(void)
{
    enum { PAGE_FAULT = W_KILLED | 14, DIVIDE_ERROR = W_KILLED | 0 };

    CHECK(run_child(reads_null, NULL) == PAGE_FAULT);
    CHECK(run_child(writes_kernel, NULL) == PAGE_FAULT);
    CHECK(run_child(divides, &(int){0}) == DIVIDE_ERROR);
    CHECK(run_child(overflows, NULL) == PAGE_FAULT);
}

/* A child of a child outlives its parent, and ends all the same: the pipe says so. */
void test_orphans(void)
{
    int fd[2], pid;
    char c;

    CHECK(pipe(fd) == 0);
    pid = fork();
    if (pid == 0) {
        if (fork() == 0) {
            sleep(2);
            write(fd[1], "o", 1);
        }
        exit(0);
    }
    CHECK(wait_for(pid) == 0 && close(fd[1]) == 0);
    CHECK(read(fd[0], &c, 1) == 1 && c == 'o' && read(fd[0], &c, 1) == 0 && close(fd[0]) == 0);
    if (getpid() == 1) /* then it was left to us */
        (void)wait(NULL);
}

static void runs_shell(void *file)
{
    int fd = open(file, O_READ);

    dup(fd, 0);
    close(fd);
    exec(PROGRAMS "sh", (char *[]){"sh", NULL});
}

void test_shell(void)
{
    static const char script[] =
        "echo one two three > /selftest.out\ncat < /selftest.out | cat | wc > /selftest.out2\n";
    char text[64] = {0};
    int fd = must(open("/selftest.sh", O_WRITE | O_CREATE | O_TRUNCATE), "script"), n;

    CHECK(write_all(fd, script, sizeof script - 1) == 0 && close(fd) == 0);
    CHECK(run_child(runs_shell, "/selftest.sh") == 0);
    CHECK((fd = open("/selftest.out2", O_READ)) >= 0);
    n = read(fd, text, sizeof text - 1);
    CHECK(n > 0 && strchr(text, '1') && strchr(text, '3') && close(fd) == 0);
    printf("%s", text);
    CHECK(unlink("/selftest.sh") == 0 && unlink("/selftest.out") == 0 && unlink("/selftest.out2") == 0);
}

/* -- the disk -- */
enum { BLOCKS = 60, BLOCK = 700 };
static const char kept[] = "/selftest.kept";

struct block {
    uint32_t boot, number, pattern[(BLOCK - 8) / 4];
};

static void make(struct block *b, uint32_t boot, uint32_t number)
{
    unsigned seed = boot * 1000 + number + 1;

    *b = (struct block){.boot = boot, .number = number};
    for (size_t i = 0; i < sizeof b->pattern / sizeof *b->pattern; i++)
        b->pattern[i] = rand_next(&seed);
}

static void verify(int fd, uint32_t boot)
{
    struct block is, should;

    for (uint32_t i = 0; i < BLOCKS; i++) {
        make(&should, boot, i);
        CHECK(read(fd, &is, sizeof is) == sizeof is && memcmp(&is, &should, sizeof is) == 0);
    }
    CHECK(read(fd, &is, 1) == 0);
}

static uint32_t boot_before(void)
{
    struct block first = {0};
    int fd = open(kept, O_READ);

    if (fd < 0)
        return 0;
    CHECK(read(fd, &first, sizeof first) == sizeof first && first.boot > 0 && seek(fd, 0) == 0);
    verify(fd, first.boot);
    close(fd);
    return first.boot;
}

void test_disk(void)
{
    struct counters c;
    struct block b;
    uint32_t before;
    int fd;

    CHECK(counters(&c) == 0);
    if (!c.disk_reads) {
        puts("selftest: there is no disk: nothing is kept");
        return;
    }
    before = boot_before();
    if (before)
        printf("selftest: what boot %u wrote is there\n", before);
    else
        puts("selftest: the first boot on this disk: run it again to see that it keeps this");
    fd = must(open(kept, O_WRITE | O_CREATE | O_TRUNCATE), kept);
    for (uint32_t i = 0; i < BLOCKS; i++) {
        make(&b, before + 1, i);
        CHECK(write_all(fd, &b, sizeof b) == 0);
    }
    CHECK(close(fd) == 0 && sync() == 0);
}
