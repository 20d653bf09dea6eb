/* SPDX-License-Identifier: MIT */
/* Memory: the heap, mmap, copy on write. */
#include "guests/bantam/user/selftest/selftest.h"

enum { PAGE = 4096 };

static struct counters now(void)
{
    struct counters c;

    CHECK(counters(&c) == 0);
    return c;
}

void test_sbrk(void)
{
    char *start = sbrk(0), *old = sbrk(3 * PAGE);

    CHECK(!failed(start) && old == start && sbrk(0) == start + 3 * PAGE);
    for (int i = 0; i < 3 * PAGE; i++)
        CHECK(old[i] == 0);
    old[3 * PAGE - 1] = 1;
    CHECK(sbrk(-3 * PAGE) == start + 3 * PAGE && sbrk(0) == start);
    CHECK(failed(sbrk(0x7fffffff)) && failed(sbrk(-0x7fffffff)) && sbrk(0) == start);
}

void test_mmap(void)
{
    char *a = mmap(5 * PAGE), *b = mmap(1);

    CHECK(!failed(a) && !failed(b) && ((uintptr_t)a | (uintptr_t)b) % PAGE == 0 && b >= a + 5 * PAGE);
    a[5 * PAGE - 1] = 1;
    b[PAGE - 1] = 1; /* whole pages */
    CHECK(failed(mmap(0)) && failed(mmap(0xffffffff)) && failed(mmap(0xc0000000)));
    CHECK(munmap(a, 5 * PAGE) == 0 && munmap(b, 1) == 0);
}

void test_munmap(void)
{
    uint32_t before = now().pages_free;
    char *a = mmap(4 * PAGE);

    memset(a, 1, 4 * PAGE);
    CHECK(munmap(a + PAGE, 2 * PAGE) == 0); /* a hole in the middle */
    CHECK(a[0] == 1 && a[3 * PAGE] == 1);
    CHECK(munmap(a + PAGE, PAGE) == E_INVAL && munmap(a + 1, PAGE) == E_INVAL && munmap((void *)0, PAGE) == E_INVAL);
    CHECK(munmap(a, PAGE) == 0 && munmap(a + 3 * PAGE, PAGE) == 0);
    CHECK(before - now().pages_free <= 1); /* the page table stays */
}

void test_demand_zero(void)
{
    enum { PAGES = 64 };
    uint32_t before;
    char *a = mmap(PAGES * PAGE);

    a[0] = 1; /* and its page table */
    before = now().pages_free;
    CHECK(now().pages_free == before);
    for (int i = 1; i <= 10; i++)
        CHECK(a[i * PAGE + i] == 0);
    CHECK(before - now().pages_free == 10);
    CHECK(munmap(a, PAGES * PAGE) == 0);
}

static char shared[8 * PAGE];

static void writes(void *argument)
{
    uint32_t before = now().copied_pages;

    for (int i = 0; i < 8 * PAGE; i++) /* what was before the fork is here */
        CHECK(shared[i] == (char)(i / PAGE + 1));
    CHECK(now().copied_pages - before <= 2); /* its stack; reading copies nothing */
    before = now().copied_pages;
    shared[2 * PAGE] = 99;
    shared[2 * PAGE + 1] = 99;
    shared[5 * PAGE] = 99;
    CHECK(now().copied_pages - before == 2);
    (void)argument;
}

void test_copy_on_write(void)
{
    for (int i = 0; i < 8 * PAGE; i++)
        shared[i] = (char)(i / PAGE + 1);
    CHECK(run_child(writes, NULL) == 0);
    for (int i = 0; i < 8 * PAGE; i++)
        CHECK(shared[i] == (char)(i / PAGE + 1));
}
