/* SPDX-License-Identifier: MIT */
/* MAP_ANONYMOUS, which every system has and POSIX only has since 2024. */
#define _DEFAULT_SOURCE 1

#include "interp/ram.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "interp/addr.h"
#include "interp/block.h"
#include "interp/cpu.h"

/* Without a reservation of swap: a machine may be given more memory than its guest ever touches. */
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

/* Nothing can be touched for so far before and behind it: a stray access ends the program, instead of hiding. */
enum { GUARD = 2 << 20 };

static uint8_t *pages_map(uint32_t frames)
{
    uint64_t size = (uint64_t)frames << PAGE_SHIFT;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    uint8_t *p;

    if (!size || size > SIZE_MAX / 2)
        return NULL;
    p = mmap(NULL, (size_t)size + 2 * GUARD, PROT_NONE, flags, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    if (mprotect(p + GUARD, (size_t)size, PROT_READ | PROT_WRITE)) {
        munmap(p, (size_t)size + 2 * GUARD);
        return NULL;
    }
    p += GUARD;
#ifdef MADV_HUGEPAGE /* fewer faults of the host's own; no harm where it does not listen */
    (void)madvise(p, (size_t)size, MADV_HUGEPAGE);
#endif
    return p;
}

struct ram *ram_create(uint32_t frames)
{
    struct ram *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    r->frames = frames;
    r->bytes = pages_map(frames);
    r->flag = calloc(frames, sizeof *r->flag);
    r->code = code_cache_create(frames);
    if (r->bytes && r->flag && r->code)
        return r;
    ram_destroy(r);
    return NULL;
}

void ram_destroy(struct ram *r)
{
    if (!r)
        return;
    if (r->code)
        code_cache_destroy(r->code);
    if (r->bytes)
        munmap(r->bytes - GUARD, ((size_t)r->frames << PAGE_SHIFT) + 2 * GUARD);
    free(r->flag);
    free(r);
}

void ram_guard(struct ram *r, uint32_t frame, enum frame_flag flag)
{
    /* A frame with any flag has no fast stores already. */
    for (unsigned i = 0; i < RAM_CPUS && !r->flag[frame]; i++)
        if (r->cpu[i])
            lookaside_no_writes(&r->cpu[i]->tlb, ram_frame(r, frame));
    r->flag[frame] |= (uint8_t)flag;
}

void ram_stored(struct ram *r, uint32_t frame, uint32_t offset, uint32_t size)
{
    if (r->flag[frame] & FRAME_CODE)
        code_stored(r, frame, offset, size);
    if (r->flag[frame] & FRAME_TRACED && r->traced)
        r->traced(r->traced_ctx, frame, offset, size);
}
