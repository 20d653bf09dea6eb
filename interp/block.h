/* SPDX-License-Identifier: MIT */
/*
 * Decoded code: for each physical page that was executed, a dense run of operations and a table that says where in it the
 * block of each entry point starts.
 *
 *      ram frame ──> code_page (one for each mode it ran in) ──slot[offset]──> pool of struct op
 *
 * A store into decoded bytes drops the page's blocks (in granules, so that data beside code costs little). The pool is
 * filled from one end and, when full, emptied as a whole: nothing is allocated while a guest runs.
 */
#ifndef INTERP_BLOCK_H
#define INTERP_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/op.h"

struct insn;
struct ram;

enum { GRANULE_SHIFT = 7, GRANULES = 4096 >> GRANULE_SHIFT }; /* 128 bytes */

struct code_page {
    uint32_t frame, key;
    struct code_page *next; /* of the same frame */
    uint32_t granules;      /* bit n: bytes [128 n, 128 n + 127] were decoded */
    uint32_t slot[4096];    /* index into the pool + 1 of the block that starts at this offset, or 0 */
};

struct code_cache {
    struct op *pool;
    uint32_t used;
    uint32_t generation; /* of the pool: links made in an older one are void */
    struct code_page *pages;
    uint32_t pages_used;
    uint16_t *by_frame; /* the first of a frame's code pages: its index + 1, or 0 */
};

/*
 * What decoded operations depend on beside the bytes: CS.D, CPL, whether the hole class reports or traps, and which costs
 * were added up. Made by cpu_refresh() into cpu.code_key; KEY_PROBED goes by the linear page (probe.h, debugreg.h).
 */
enum code_key {
    KEY_D = 1,
    KEY_CPL_SHIFT = 1,
    KEY_ARMED = 8,
    KEY_VIRTUALIZABLE = 16,
    KEY_INTERPRETED = 32,
    KEY_PROBED = 64
};

/* Longest block: instructions; cycles of its sums (charges on slow paths apart). */
enum { BLOCK_INSNS = 64, BLOCK_CYCLES = 1024, BLOCK_CYCLES_INTERPRETED = 64 * 256 };

struct code_cache *code_cache_create(uint32_t frames);
void code_cache_destroy(struct code_cache *k);
/* Bytes of a frame changed: blocks decoded from them are void. */
void code_stored(struct ram *r, uint32_t frame, uint32_t offset, uint32_t size);

/* Probes have come or gone: code with probes is decoded anew, and the latch fits again, with nothing counted. */
void block_probes_changed(struct cpu *c);

/* Makes c->fetch fit c->eip, consulting the TLB if the page is another one. May raise #PF, #GP. */
void fetch_latch(struct cpu *c);
/* The block at c->eip, decoded if need be; c->fetch fits. NULL: none can be made, step instead. */
const struct op *block_at(struct cpu *c);
/* Goes on at c->eip, time added: the next block, or NULL for the run loop. */
const struct op *block_chain(struct cpu *c);
/* The same, and remembers it as the target of `o`, a direct jump. */
const struct op *block_link(struct cpu *c, const struct op *o);
/* The instruction at c->eip alone, in c->step_op (room for LOWER_MAX + 1). May raise faults of fetching. */
const struct op *block_single(struct cpu *c);

/* If attention is wanted, the block that `o` belongs to is left before the next instruction. */
void block_leave_after(struct cpu *c, const struct op *o);
static inline void block_attention(struct cpu *c, const struct op *o)
{
    if (!c->soft)
        block_leave_after(c, o);
}
/* Takes that back: the run loop has control. */
void block_unpatch(struct cpu *c);

#endif
