/* SPDX-License-Identifier: MIT */
/*
 * A decoded instruction, ready to run, and how handlers chain.
 *
 * A block is an array of these, ended by one that jumps. `fn` does the work and goes on to the next. In release builds it
 * does so by a tail call, which compiles to a jump (make lint looks); in debug and sanitizer builds it returns the next
 * operation to a loop. The bodies are the same.
 *
 * Time: `d` holds the sums from the start of the block up to and including this instruction. They are added when the
 * block is left, so that the time in its middle is known exactly and costs nothing (DESIGN: time is per instruction).
 */
#ifndef INTERP_OP_H
#define INTERP_OP_H

#include <stdint.h>

#include "interp/cpu.h"

typedef const struct op *handler(struct cpu *c, const struct op *o);

struct op {
    handler *fn;
    uint32_t imm;
    uint32_t disp;
    union {
        const struct op *target; /* direct jumps: the block jumped to, when known and in the same page */
        struct {
            uint8_t base, index, scale,
                seg;                        /* memory operand; or base: the other register (byte slot for 8-bit ones) */
            uint8_t reg, addr16, rep, sreg; /* sreg: the segment register of LDS and family */
        };
    };
    uint16_t d[2]; /* see above; indexed as cpu.t */
    int16_t off;   /* of the instruction in its page; negative when it straddles into the latched one */
    uint8_t len;   /* of the instruction */
    uint8_t own;   /* cycles of this instruction itself */
};

_Static_assert(sizeof(struct op) == 32, "a decoded instruction is half a cache line");

#if RINGSIDE_TAILCALL
#if defined(__clang__)
#define TAIL __attribute__((musttail))
#else
#define TAIL
#endif
#define GO(o_)                                                                                                         \
    do {                                                                                                               \
        const struct op *go_ = (o_);                                                                                   \
        TAIL return go_->fn(c, go_);                                                                                   \
    } while (0)
#define GO_TO(handler_) TAIL return handler_(c, o)
#else
#define GO_TO(handler_) return handler_(c, o)
#define GO(o_)                                                                                                         \
    do {                                                                                                               \
        (void)c;                                                                                                       \
        return (o_);                                                                                                   \
    } while (0)
#endif

/* On to the following instruction. */
#define NEXT GO(o + 1)
/* Back to the run loop; c->eip and the time are right. */
#define LEAVE return NULL

#define HANDLER(name) const struct op *name(struct cpu *c, const struct op *o)

/* EIP of this instruction and of the one behind it. */
static inline uint32_t op_eip(const struct cpu *c, const struct op *o)
{
    return c->fetch.eip_base + (uint32_t)o->off;
}

static inline uint32_t op_next_eip(const struct cpu *c, const struct op *o)
{
    return c->fetch.eip_base + (uint32_t)o->off + o->len;
}

/* The instruction has retired and the block ends here: its time is added. */
static inline void retire(struct cpu *c, const struct op *o)
{
    c->t[0] += o->d[0];
    c->t[1] += o->d[1];
}

#endif
