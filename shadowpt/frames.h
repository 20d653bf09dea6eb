/* SPDX-License-Identifier: MIT */
/*
 * The frame table: who owns each frame of machine memory and what it is used as. One table serves every MMU technique.
 * Frames come from two regions: the guest's, given out scattered, so that gpa and hpa visibly differ, and the monitor's
 * reserve behind it.
 */
#ifndef SHADOWPT_FRAMES_H
#define SHADOWPT_FRAMES_H

#include <stdint.h>

enum frame_owner { OWNER_NONE, OWNER_GUEST, OWNER_MONITOR };
enum frame_type { TYPE_FREE, TYPE_RAM, TYPE_TABLE, TYPE_DIRECTORY, TYPE_MONITOR };

struct frame {
    uint8_t owner, type;
};

struct frames {
    struct frame *frame;
    uint32_t count;     /* all */
    uint32_t guest;     /* the first `guest` frames are the guest's region */
    uint32_t stride;    /* of frames_scatter() */
    uint32_t next_free; /* in the reserve: where the search goes on */
};

/*
 * Monitor's reserve, in frames, at least: its own pages, the shadow tables, nested tables for all of the guest's memory. It
 * grows with that, so that all of these find room in any guest (frames_reserve()).
 */
enum { FRAMES_RESERVE = 2048 };
uint32_t frames_reserve(uint32_t guest);

int frames_init(struct frames *f, uint32_t guest); /* -1: out of memory */
void frames_destroy(struct frames *f);
/* The frame of the n-th guest page: a fixed permutation, the same in every run. */
uint32_t frames_scatter(const struct frames *f, uint32_t n);
/* A free frame of the reserve for `type`; NO_FRAME when there is none. */
uint32_t frames_take(struct frames *f, enum frame_type type);
void frames_give(struct frames *f, uint32_t frame);
/* All that the monitor has goes back to the reserve, which is then as it was at first. */
void frames_give_all(struct frames *f);

#endif
