/* SPDX-License-Identifier: MIT */
/* Files that are no programs, or only nearly: exec refuses them and the caller goes on. */
#include "guests/bantam/user/usertests/usertests.h"

static const char path[] = "/usertests.bad";
static char image[16384];
static int size;

/* Offsets in an ELF header and in its first segment's (System V ABI, chapter 4). */
enum { TYPE = 16, MACHINE = 18, ENTRY = 24, SEGMENTS_AT = 28, SEGMENT_SIZE = 42, SEGMENTS = 44, FIRST = 52 };
enum { OFFSET = FIRST + 4, ADDRESS = FIRST + 8, FILE_BYTES = FIRST + 16, BYTES = FIRST + 20 };

static const struct change {
    const char *text;
    int at, bytes;
    uint32_t value;
    int status; /* of the child: 0: exec refused it */
} changes[] = {
    {"no magic", 0, 1, 0, 0},
    {"64 bits", 4, 1, 2, 0},
    {"big-endian", 5, 1, 2, 0},
    {"an object file", TYPE, 2, 1, 0},
    {"another machine", MACHINE, 2, 62, 0},
    {"segments past the end", SEGMENTS_AT, 4, 1 << 20, 0},
    {"segments at the end of the address space", SEGMENTS_AT, 4, 0xfffffff0, 0},
    {"segments of another size", SEGMENT_SIZE, 2, 1, 0},
    {"60000 segments", SEGMENTS, 2, 60000, 0},
    {"no segments", SEGMENTS, 2, 0, 0},
    {"a segment in the kernel", ADDRESS, 4, 0xc0000000, 0},
    {"a segment at 0", ADDRESS, 4, 0, 0},
    {"a segment on the stack", ADDRESS, 4, USER_END - PATH_MAX, 0},
    {"a segment that wraps", ADDRESS, 4, 0xfffff000, 0},
    {"a segment larger than all", BYTES, 4, 0xffffffff, 0},
    {"a segment of a gigabyte", BYTES, 4, 0x40000000, 0},
    {"more in the file than in memory", FILE_BYTES, 4, 0x7fffffff, 0},
    {"from past the file's end", OFFSET, 4, 1 << 24, 0},
    {"from a wrapping offset", OFFSET, 4, 0xffffffff, 0},
    {"an entry at 0", ENTRY, 4, 0, BY(PF)},
    {"an entry in the kernel", ENTRY, 4, 0xc0100000, BY(PF)},
};

static void load(void)
{
    int fd = must(open(PROGRAMS "true", O_READ), "true");

    size = must(read(fd, image, sizeof image), "true");
    close(fd);
}

static void store(int bytes)
{
    int fd = must(open(path, O_WRITE | O_CREATE | O_TRUNCATE), path);

    must(write_all(fd, image, (size_t)bytes), path);
    close(fd);
}

static void executes(void *unused)
{
    (void)unused;
    exit(exec(path, (char *[]){"bad", NULL}) >= 0);
}

void test_programs(void)
{
    load();
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const struct change *c = &changes[i];
        char old[4];

        memcpy(old, image + c->at, 4);
        memcpy(image + c->at, &c->value, (size_t)c->bytes);
        store(size);
        attempt(c->text, executes, NULL, c->status);
        memcpy(image + c->at, old, 4);
    }
    for (int bytes = 0; bytes < 100; bytes += 13) {
        store(bytes);
        attempt("a file that is cut off", executes, NULL, 0);
    }
    unlink(path);
    attempt("a file that is not there", executes, NULL, 0);
}
