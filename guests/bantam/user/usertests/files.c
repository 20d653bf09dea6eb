/* SPDX-License-Identifier: MIT */
/* Files: bad descriptors, bad paths, all descriptors, a full disk, pipes that nobody reads. */
#include "guests/bantam/user/usertests/usertests.h"

static const char path[] = "/usertests.tmp";

static void bad_descriptors(void *unused)
{
    static const int bad[] = {-1, 5, FILES_MAX, 0x7fffffff, (int)0x80000000};
    char c;

    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (read(bad[i], &c, 1) != E_BADF || write(bad[i], &c, 1) != E_BADF || close(bad[i]) != E_BADF ||
            dup(bad[i], -1) != E_BADF || seek(bad[i], 0) != E_BADF)
            exit(1);
    exit(0);
}

static void all_descriptors(void *unused)
{
    int fd, n = 3;

    (void)unused;
    while ((fd = open("/", O_READ)) >= 0)
        n++;
    answers(fd == E_MFILE && n == FILES_MAX && pipe(&n) == E_MFILE ? 0 : 1, 0);
}

static void long_paths(void *unused)
{
    static char text[PATH_MAX + 2];

    (void)unused;
    memset(text, 'x', sizeof text - 1);
    text[0] = '/';
    if (open(text, O_READ) != E_NAMETOOLONG)
        exit(1);
    text[PATH_MAX - 1] = 0; /* short enough, but a name is not */
    answers(open(text, O_WRITE | O_CREATE), E_NAMETOOLONG);
}

static void odd_paths(void *unused)
{
    struct stat s;

    (void)unused;
    if (open("", O_READ) >= 0 || mkdir("/") >= 0 || unlink("/") >= 0 || unlink("/bin/.") >= 0 || unlink("/bin/..") >= 0)
        exit(1);
    answers(stat("//bin///true", &s), 0);
}

/* Until there is no room; what was there before still is, and all of it comes back. */
static void fills_the_disk(void *unused)
{
    static char block[4096];
    int fd = must(open(path, O_WRITE | O_CREATE | O_TRUNCATE), path), n, error;

    (void)unused;
    while ((n = write(fd, block, sizeof block)) == sizeof block)
        ;
    error = n < 0 ? n : write(fd, block, sizeof block);
    if (error != E_NOSPC && error != E_FBIG)
        exit(1);
    if (run_program(PROGRAMS "true", (char *[]){"true", NULL}) != 0)
        exit(2);
    if (mkdir("/usertests.dir") == 0 && unlink("/usertests.dir") != 0)
        exit(3);
    if (close(fd) || unlink(path))
        exit(4);
    fd = must(open(path, O_WRITE | O_CREATE), path);
    exit(write(fd, block, sizeof block) != sizeof block || close(fd) || unlink(path));
}

static void writes_to_nobody(void *unused)
{
    int fd[2];

    (void)unused;
    must(pipe(fd), "pipe");
    close(fd[0]);
    answers(write(fd[1], "x", 1), E_PIPE);
}

/* It waits for itself; somebody has to end it. */
static void reads_from_itself(void *unused)
{
    int fd[2], me = getpid();
    char c;

    (void)unused;
    must(pipe(fd), "pipe");
    if (fork() == 0) {
        sleep(2);
        kill(me);
        exit(0);
    }
    read(fd[0], &c, 1);
    exit(1);
}

static void ends_with_open_files(void *unused)
{
    int fd[2];

    (void)unused;
    must(open(path, O_WRITE | O_CREATE), path);
    must(unlink(path), path);
    must(pipe(fd), "pipe");
    must(write(fd[1], "left behind", 11), "write");
    *(volatile int *)0 = 0;
}

void test_files(void)
{
    attempt("bad descriptors", bad_descriptors, NULL, 0);
    attempt("all descriptors", all_descriptors, NULL, 0);
    attempt("long paths", long_paths, NULL, 0);
    attempt("odd paths", odd_paths, NULL, 0);
    attempt("a full disk", fills_the_disk, NULL, 0);
    attempt("a pipe that nobody reads", writes_to_nobody, NULL, 0);
    attempt("a pipe that nobody writes", reads_from_itself, NULL, W_KILLED | W_KILL);
    attempt("a fault with open files", ends_with_open_files, NULL, BY(PF));
}
