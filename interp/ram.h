/* SPDX-License-Identifier: MIT */
/*
 * The bytes of one physical memory, in frames of 4 KiB. A machine sees them through its own map (page number -> frame):
 * the identity with holes for the real machine, the p2m for a virtual one. The frames, and what is known about each of
 * them, exist once, so that a store through either map is seen by everybody who has decoded or traced that frame.
 */
#ifndef INTERP_RAM_H
#define INTERP_RAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct code_cache;
struct cpu;

enum { RAM_CPUS = 8 };

enum frame_flag {
    FRAME_CODE = 1,  /* decoded instructions of this frame exist: fast stores to it are not allowed */
    FRAME_TRACED = 2 /* somebody above wants to know of stores to it (ram.traced) */
};

struct ram {
    uint8_t *bytes; /* frames * PAGE_SIZE; pages never touched cost nothing */
    uint32_t frames;
    uint8_t *flag;             /* enum frame_flag, one a frame */
    struct code_cache *code;   /* block.h */
    struct cpu *cpu[RAM_CPUS]; /* those that see it: their lookasides must not go past a new frame flag */
    /* Called after each store (CPU's slow path, monitor, DMA) to a FRAME_TRACED frame. */
    void (*traced)(void *ctx, uint32_t frame, uint32_t offset, uint32_t size);
    void *traced_ctx;
    /* While `log` is set, stores of CPUs without fast accesses (and of their page walks) are recorded here. */
    struct undo *log;
    unsigned logged, log_room;
};

#define NO_FRAME UINT32_MAX

/* What one store replaced: enough to take it back. */
struct undo {
    uint32_t frame, offset, size;
    uint8_t was[4];
};

/* From now on no store reaches the frame unseen: sets the flag, and takes the frame's fast stores from every CPU. */
void ram_guard(struct ram *r, uint32_t frame, enum frame_flag flag);

struct ram *ram_create(uint32_t frames); /* NULL: out of memory */
void ram_destroy(struct ram *r);

static inline uint8_t *ram_frame(const struct ram *r, uint32_t frame)
{
    return r->bytes + ((size_t)frame << 12);
}

/* The frame that a byte lies in. */
static inline uint32_t ram_frame_of(const struct ram *r, const uint8_t *byte)
{
    return (uint32_t)((size_t)(byte - r->bytes) >> 12);
}

/*
 * To be called after bytes of a frame were changed by anything but a fast store: invalidates decoded code and calls the
 * trace. `offset` + `size` stay inside the frame.
 */
void ram_stored(struct ram *r, uint32_t frame, uint32_t offset, uint32_t size);

#endif
