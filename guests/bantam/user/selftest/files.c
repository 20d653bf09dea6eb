/* SPDX-License-Identifier: MIT */
/* Files, directories, descriptors and pipes. */
#include "guests/bantam/user/selftest/selftest.h"

static const char path[] = "/selftest.tmp";

static int fresh(void)
{
    return must(open(path, O_READ | O_WRITE | O_CREATE | O_TRUNCATE), path);
}

void test_open(void)
{
    int fd = fresh();

    CHECK(fd == 3); /* the lowest that is free */
    CHECK(close(fd) == 0);
    CHECK(open("/no.such", O_READ) == E_NOENT && open("/no/such", O_READ | O_CREATE) == E_NOENT);
    CHECK(open("/", O_WRITE) == E_ISDIR && open(path, 0) == E_INVAL);
    CHECK((fd = open(path, O_READ)) == 3 && write(fd, "x", 1) == E_BADF && close(fd) == 0);
    CHECK(unlink(path) == 0);
}

void test_close(void)
{
    CHECK(close(3) == E_BADF && close(-1) == E_BADF && close(FILES_MAX) == E_BADF);
}

/* Blocks, indirect blocks and odd ends: what was written is what is read. */
void test_write(void)
{
    enum { BYTES = 40000 };
    static char out[BYTES], in[BYTES];
    int fd = fresh();
    unsigned seed = 7;

    for (int i = 0; i < BYTES; i++)
        out[i] = (char)rand_next(&seed);
    for (int at = 0, piece = 1; at < BYTES; at += piece, piece = piece * 3 % 1999 + 1) {
        if (piece > BYTES - at)
            piece = BYTES - at;
        CHECK(write(fd, out + at, (size_t)piece) == piece);
    }
    CHECK(seek(fd, 0) == 0 && read(fd, in, BYTES) == BYTES && memcmp(in, out, BYTES) == 0);
    CHECK(read(fd, in, 1) == 0);
    CHECK(write(fd, out, 0) == 0 && write(7, out, 1) == E_BADF);
    CHECK(close(fd) == 0 && unlink(path) == 0);
}

void test_read(void)
{
    char text[8] = {0};
    int fd = fresh();

    CHECK(write_all(fd, "abcdef", 6) == 0 && seek(fd, 2) == 2);
    CHECK(read(fd, text, 3) == 3 && memcmp(text, "cde", 4) == 0);
    CHECK(read(fd, text, 8) == 1 && text[0] == 'f' && read(fd, text, 8) == 0);
    CHECK(close(fd) == 0 && unlink(path) == 0);
}

void test_seek(void)
{
    char text[4] = {1, 1, 1, 1};
    int fd = fresh();

    CHECK(seek(fd, 3000) == 3000 && write(fd, "x", 1) == 1); /* a hole of zeros */
    CHECK(seek(fd, 1500) == 1500 && read(fd, text, 4) == 4 && !text[0] && !text[3]);
    CHECK(seek(fd, (unsigned)-1) == E_INVAL && seek(0, 0) == E_BADF && seek(9, 0) == E_BADF);
    CHECK(close(fd) == 0 && unlink(path) == 0);
}

void test_stat(void)
{
    struct stat s;
    int fd = fresh();

    CHECK(write_all(fd, "12345", 5) == 0 && close(fd) == 0);
    CHECK(stat(path, &s) == 0 && s.kind == KIND_FILE && s.size == 5 && s.links == 1 && s.inode > 1);
    CHECK(stat("/", &s) == 0 && s.kind == KIND_DIRECTORY && s.inode == 1);
    CHECK(stat("/no.such", &s) == E_NOENT && stat("/selftest.tmp/x", &s) == E_NOTDIR);
    CHECK(unlink(path) == 0);
}

void test_unlink(void)
{
    char c = 0;
    int fd = fresh();

    CHECK(write_all(fd, "x", 1) == 0 && unlink(path) == 0);
    CHECK(open(path, O_READ) == E_NOENT && unlink(path) == E_NOENT);
    CHECK(seek(fd, 0) == 0 && read(fd, &c, 1) == 1 && c == 'x'); /* it lives until it is closed */
    CHECK(close(fd) == 0);
}

void test_mkdir(void)
{
    struct stat s;
    int fd;

    CHECK(mkdir("/selftest.dir") == 0 && mkdir("/selftest.dir") == E_EXIST && mkdir("/no/such") == E_NOENT);
    CHECK((fd = open("/selftest.dir/file", O_WRITE | O_CREATE)) >= 0 && close(fd) == 0);
    CHECK(stat("/selftest.dir/../selftest.dir/./file", &s) == 0 && s.kind == KIND_FILE);
    CHECK(unlink("/selftest.dir") == E_NOTEMPTY);
    CHECK(unlink("/selftest.dir/file") == 0 && unlink("/selftest.dir") == 0);
}

void test_chdir(void)
{
    struct stat s;

    CHECK(mkdir("/selftest.dir") == 0 && chdir("/selftest.dir") == 0 && mkdir("inner") == 0);
    CHECK(stat("/selftest.dir/inner", &s) == 0 && stat("inner", &s) == 0);
    CHECK(chdir("inner") == 0 && chdir("../..") == 0 && stat("selftest.dir", &s) == 0);
    CHECK(chdir("/no.such") == E_NOENT && chdir(PROGRAMS "true") == E_NOTDIR);
    CHECK(unlink("/selftest.dir/inner") == 0 && unlink("/selftest.dir") == 0 && chdir("/") == 0);
}

void test_dup(void)
{
    char text[4] = {0};
    int fd = fresh(), other = dup(fd, -1);

    CHECK(other == fd + 1 && dup(fd, 9) == 9 && dup(fd, fd) == fd);
    CHECK(write(fd, "ab", 2) == 2 && write(9, "c", 1) == 1); /* one file, one offset */
    CHECK(seek(other, 0) == 0 && read(fd, text, 3) == 3 && memcmp(text, "abc", 3) == 0);
    CHECK(dup(11, -1) == E_BADF && dup(fd, FILES_MAX) == E_BADF);
    CHECK(close(fd) == 0 && close(other) == 0 && close(9) == 0 && unlink(path) == 0);
}

static void fills(void *argument)
{
    const int *fd = argument;
    char block[100];

    memset(block, 'p', sizeof block);
    close(fd[0]);
    for (int i = 0; i < 100; i++) /* more than a pipe holds: it waits for us */
        CHECK(write_all(fd[1], block, sizeof block) == 0);
}

void test_pipe(void)
{
    static char text[10000];
    int fd[2], pid, got = 0, n;

    CHECK(pipe(fd) == 0 && fd[0] == 3 && fd[1] == 4);
    pid = spawn(fills, fd);
    CHECK(close(fd[1]) == 0);
    while ((n = read(fd[0], text + got, sizeof text - (size_t)got)) > 0)
        got += n;
    CHECK(n == 0 && got == 10000 && text[0] == 'p' && text[9999] == 'p' && wait_for(pid) == 0);
    CHECK(close(fd[0]) == 0);
    CHECK(pipe(fd) == 0 && close(fd[0]) == 0 && write(fd[1], "x", 1) == E_PIPE && close(fd[1]) == 0);
}

void test_sync(void)
{
    int fd = fresh();

    CHECK(write_all(fd, "x", 1) == 0 && sync() == 0);
    CHECK(close(fd) == 0 && unlink(path) == 0 && sync() == 0);
}
