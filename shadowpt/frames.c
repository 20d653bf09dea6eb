/* SPDX-License-Identifier: MIT */
#include "shadowpt/frames.h"

#include <stdlib.h>

#include "interp/ram.h"

static uint32_t gcd(uint32_t a, uint32_t b)
{
    while (b) {
        uint32_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* Near the golden section, and without a divisor in common with the region's size: it visits every frame once. */
static uint32_t stride_of(uint32_t frames)
{
    uint32_t stride = (uint32_t)((uint64_t)frames * 618 / 1000) | 1;

    while (gcd(stride, frames) != 1)
        stride += 2;
    return stride;
}

uint32_t frames_reserve(uint32_t guest)
{
    enum { OWN = 64, SHADOW = 1024 /* of 4 MiB each */, NESTED = 512 /* pages that one table leads to */ };
    uint32_t whole = OWN + SHADOW + guest / NESTED;

    return whole > FRAMES_RESERVE ? whole : FRAMES_RESERVE;
}

int frames_init(struct frames *f, uint32_t guest)
{
    *f = (struct frames){
        .count = guest + frames_reserve(guest), .guest = guest, .stride = stride_of(guest), .next_free = guest};
    f->frame = calloc(f->count, sizeof *f->frame);
    if (!f->frame)
        return -1;
    for (uint32_t i = 0; i < guest; i++)
        f->frame[i] = (struct frame){OWNER_GUEST, TYPE_RAM};
    return 0;
}

void frames_destroy(struct frames *f)
{
    free(f->frame);
    f->frame = NULL;
}

uint32_t frames_scatter(const struct frames *f, uint32_t n)
{
    return (uint32_t)(((uint64_t)n * f->stride + f->guest / 3) % f->guest);
}

uint32_t frames_take(struct frames *f, enum frame_type type)
{
    for (uint32_t tried = 0; tried < f->count - f->guest; tried++) {
        uint32_t at = f->next_free;

        f->next_free = at + 1 < f->count ? at + 1 : f->guest;
        if (f->frame[at].type == TYPE_FREE) {
            f->frame[at] = (struct frame){OWNER_MONITOR, (uint8_t)type};
            return at;
        }
    }
    return NO_FRAME;
}

void frames_give(struct frames *f, uint32_t frame)
{
    f->frame[frame] = (struct frame){OWNER_NONE, TYPE_FREE};
}

void frames_give_all(struct frames *f)
{
    for (uint32_t i = f->guest; i < f->count; i++)
        frames_give(f, i);
    f->next_free = f->guest;
}
