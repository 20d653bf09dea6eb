/* SPDX-License-Identifier: MIT */
#include "tests/ring0/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct image_head {
    uint32_t first, count, flags, template, programs;
};

/* Up to the pages that the keeper keeps; below the arena. */
enum { IMAGE_ROOM = 0x200000 };

static struct image_head *head_of(const struct image *i)
{
    return (void *)(i->bytes + KEEPER_HEAD - KEEPER);
}

int image_begin(struct image *i)
{
    static struct program clean;
    FILE *f = fopen(KEEPER_FILE, "rb");

    *i = (struct image){.room = IMAGE_ROOM, .bytes = calloc(1, IMAGE_ROOM)};
    if (!f || !i->bytes) {
        if (f)
            fclose(f);
        return -1;
    }
    i->size = fread(i->bytes, 1, 0x10000, f);
    fclose(f);
    i->size = (i->size + 15) & ~(size_t)15;
    program_clean(&clean);
    memcpy(i->bytes + i->size, clean.arena, ARENA_SIZE);
    *head_of(i) = (struct image_head){.template = KEEPER + (uint32_t)i->size,
                                      .programs = KEEPER + (uint32_t)i->size + ARENA_SIZE};
    i->size += ARENA_SIZE;
    return 0;
}

static void put(struct image *i, const void *data, size_t n)
{
    memcpy(i->bytes + i->size, data, n);
    i->size += n;
}

/* The next piece in which the arena differs from the clean one: words, not bytes, for fewer pieces. Returns its length. */
static uint32_t difference(const struct program *p, const struct program *clean, uint32_t *at)
{
    uint32_t end;

    while (*at < ARENA_SIZE && memcmp(p->arena + *at, clean->arena + *at, 4) == 0)
        *at += 4;
    for (end = *at; end < ARENA_SIZE && memcmp(p->arena + end, clean->arena + end, 4) != 0;)
        end += 4;
    return end - *at;
}

int image_add(struct image *i, const struct program *p)
{
    static struct program clean;
    struct program_head head = p->head;
    size_t start = i->size;

    if (i->size + sizeof *p > i->room)
        return -1;
    program_clean(&clean);
    put(i, &head, sizeof head);
    put(i, p->step, head.steps * sizeof *p->step);
    head.patches = 0;
    for (uint32_t at = 0, n; (n = difference(p, &clean, &at)) > 0; at += n) {
        put(i, (uint32_t[]){ARENA + at, n}, 8);
        put(i, p->arena + at, n);
        head.patches++;
    }
    head.size = (uint32_t)(i->size - start);
    memcpy(i->bytes + start, &head, sizeof head);
    i->count++;
    return 0;
}

void image_end(struct image *i, uint32_t first, uint32_t flags)
{
    struct image_head *head = head_of(i);

    head->first = first;
    head->count = i->count;
    head->flags = flags;
}

void image_free(struct image *i)
{
    free(i->bytes);
}
