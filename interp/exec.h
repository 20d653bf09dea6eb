/* SPDX-License-Identifier: MIT */
/* What handlers (exec_*.c) share: operands, leaving a block, jumping. */
#ifndef INTERP_EXEC_H
#define INTERP_EXEC_H

#include "interp/access.h"
#include "interp/block.h"
#include "interp/fault.h"
#include "interp/flags.h"
#include "interp/isa_handlers.h"
#include "interp/machine.h"
#include "interp/op.h"
#include "interp/segment.h"

/* Registers by width. Byte registers are byte offsets into the register file (AH is byte 1), made by the decoder. */
static inline uint8_t *reg8(struct cpu *c, unsigned slot)
{
    return (uint8_t *)c->r + slot;
}

/* The low half of a register. Without the attribute the compiler may hold the register for unchanged (C17 6.5, paragraph 7). */
typedef uint16_t __attribute__((__may_alias__)) half_reg;

static inline half_reg *reg16(struct cpu *c, unsigned r)
{
    return (half_reg *)(void *)&c->r[r];
}

static inline uint32_t *reg32(struct cpu *c, unsigned r)
{
    return &c->r[r];
}

/* The offset of the memory operand. */
static inline uint32_t ea(const struct cpu *c, const struct op *o)
{
    return c->r[o->base] + (c->r[o->index] << o->scale) + o->disp;
}

/*
 * begin() brings EIP and time to the instruction itself, as if the block had been left before it: for faults, and for
 * instructions that are better off outside the fast path. finish() then completes such an instruction, or go_on() if it has
 * moved EIP itself.
 */
static inline void begin(struct cpu *c, const struct op *o)
{
    unsigned cycles = c->m->clock_insns;

    c->eip = op_eip(c, o);
    c->t[cycles] += o->d[cycles] - o->own;
    c->t[!cycles] += o->d[!cycles] - 1u;
}

/* Books the instruction as retired. EIP is the handler's. */
static inline void retire_alone(struct cpu *c, const struct op *o)
{
    unsigned cycles = c->m->clock_insns;

    c->t[cycles] += o->own;
    c->t[!cycles] += 1;
}

/* Such an instruction is complete: on to whatever is at EIP, or back to the run loop if it has changed what that looks at. */
static inline const struct op *go_on(struct cpu *c, const struct op *o)
{
    retire_alone(c, o);
    return machine_looks(c->m) ? NULL : block_chain(c);
}

static inline const struct op *finish(struct cpu *c, const struct op *o)
{
    c->eip += o->len;
    return go_on(c, o);
}

/* Jumps within CS (SDM Vol. 2, JMP): the target is checked before anything changes. */
static inline void check_target(struct cpu *c, const struct op *o, uint32_t eip)
{
    if (!LIKELY(eip <= c->seg[CS].limit))
        raise_fault(c, o, VEC_GP, 0);
}

/* Direct, to `rel` behind the next instruction. */
#define JUMP_DIRECT                                                                                                    \
    do {                                                                                                               \
        retire(c, o);                                                                                                  \
        if (LIKELY(o->target && c->t[0] < c->soft))                                                                    \
            GO(o->target);                                                                                             \
        const struct op *n_ = block_link(c, o);                                                                        \
        if (!n_)                                                                                                       \
            LEAVE;                                                                                                     \
        GO(n_);                                                                                                        \
    } while (0)

/* To an EIP known only now. */
#define JUMP_TO(eip_)                                                                                                  \
    do {                                                                                                               \
        uint32_t to_ = (eip_);                                                                                         \
        uint32_t off_ = to_ - c->fetch.eip_base;                                                                       \
        retire(c, o);                                                                                                  \
        c->eip = to_;                                                                                                  \
        if (LIKELY(off_ < PAGE_SIZE && c->t[0] < c->soft)) {                                                           \
            uint32_t slot_ = c->fetch.code->slot[off_];                                                                \
            if (LIKELY(slot_))                                                                                         \
                GO(c->pool + slot_);                                                                                   \
        }                                                                                                              \
        const struct op *n_ = block_chain(c);                                                                          \
        if (!n_)                                                                                                       \
            LEAVE;                                                                                                     \
        GO(n_);                                                                                                        \
    } while (0)

/* Is the stack pointer ESP or SP? (SDM Vol. 1, 6.2.3: SS.B) */
static inline bool stack32(const struct cpu *c)
{
    return c->seg[SS].attr & ATTR_D;
}

static inline uint32_t stack_mask(const struct cpu *c)
{
    return stack32(c) ? UINT32_MAX : 0xffff;
}

static inline void set_esp(struct cpu *c, uint32_t v)
{
    if (stack32(c))
        c->r[ESP] = v;
    else
        *reg16(c, ESP) = (uint16_t)v;
}

#define DEFINE_STACK(bits)                                                                                             \
    static inline void push##bits(struct cpu *c, const struct op *o, uint##bits##_t v)                                 \
    {                                                                                                                  \
        uint32_t to = c->r[ESP] - bits / 8;                                                                            \
                                                                                                                       \
        store##bits(c, o, SS, to &stack_mask(c), v);                                                                   \
        set_esp(c, to);                                                                                                \
    }                                                                                                                  \
    static inline uint##bits##_t pop##bits(struct cpu *c, const struct op *o)                                          \
    {                                                                                                                  \
        uint##bits##_t v = load##bits(c, o, SS, c->r[ESP] & stack_mask(c));                                            \
                                                                                                                       \
        set_esp(c, c->r[ESP] + bits / 8);                                                                              \
        return v;                                                                                                      \
    }

DEFINE_STACK(16)
DEFINE_STACK(32)
#undef DEFINE_STACK

/* An instruction for ring 0 only. */
static inline void ring0_only(struct cpu *c, const struct op *o)
{
    if (c->cpl)
        raise_fault(c, o, VEC_GP, 0);
}

/* Not in any table: what the decoder puts in by itself. */
extern handler h_end;   /* the block ends without a jump */
extern handler h_ea16;  /* computes a 16-bit effective address for the next operation */
extern handler h_hole;  /* an armed hole: report, do not run */
extern handler h_probe; /* a probe may stand here: leave it to the run loop */
extern handler h_gp0;   /* #GP(0) */
extern handler h_attention;

#endif
