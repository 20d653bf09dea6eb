/* SPDX-License-Identifier: MIT */
/*
 * The heap: blocks lie one behind the other from the first sbrk() on, each with its size before it, and know by themselves
 * whether they are free. malloc() takes the first that is large enough, and joins free neighbours on its way.
 *
 *      | size, free? | bytes ... | size, free? | bytes ... |  end of the heap
 */
#include "guests/bantam/user/libc/libc.h"

struct block {
    size_t size; /* of what follows; a multiple of 8 */
    size_t free;
};

enum { GROW = 4096 };

static struct heap {
    struct block *first;
    char *end;
} heap;

static struct block *behind(struct block *b)
{
    return (struct block *)((char *)(b + 1) + b->size);
}

static bool last(const struct block *b)
{
    return (const char *)b >= heap.end;
}

/* A new block at the end, free, of at least `bytes`. */
static struct block *grow(size_t bytes)
{
    const size_t step = (bytes + sizeof(struct block) + GROW - 1) / GROW * GROW;
    struct block *b = sbrk((int)step);

    if (failed(b))
        return NULL;
    if (!heap.first)
        heap.first = b;
    heap.end = (char *)b + step;
    *b = (struct block){step - sizeof *b, 1};
    return b;
}

static void join(struct block *b)
{
    for (struct block *next = behind(b); !last(next) && next->free; next = behind(b))
        b->size += sizeof *b + next->size;
}

static struct block *first_fit(size_t bytes)
{
    for (struct block *b = heap.first; b && !last(b); b = behind(b)) {
        if (!b->free)
            continue;
        join(b);
        if (b->size >= bytes)
            return b;
    }
    return NULL;
}

static void split(struct block *b, size_t bytes)
{
    struct block *rest;

    if (b->size < bytes + sizeof *b + 8)
        return;
    rest = (struct block *)((char *)(b + 1) + bytes);
    *rest = (struct block){b->size - bytes - sizeof *b, 1};
    b->size = bytes;
}

void *malloc(size_t bytes)
{
    struct block *b;

    if (bytes > INT32_MAX / 2)
        return NULL;
    bytes = (bytes + 7) & ~(size_t)7;
    b = first_fit(bytes);
    if (!b)
        b = grow(bytes);
    if (!b)
        return NULL;
    split(b, bytes);
    b->free = 0;
    return b + 1;
}

void *calloc(size_t n, size_t bytes)
{
    void *p;

    if (bytes && n > SIZE_MAX / bytes)
        return NULL;
    p = malloc(n * bytes);
    return p ? memset(p, 0, n * bytes) : NULL;
}

void free(void *p)
{
    if (p)
        ((struct block *)p - 1)->free = 1;
}
