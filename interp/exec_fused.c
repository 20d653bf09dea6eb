/* SPDX-License-Identifier: MIT */
/*
 * Pairs that are run as one: a comparison and the conditional jump behind it. The jump stays where it is in the block, with
 * its own time and length; only the way to its handler is saved, and the flags need not come back from memory.
 */
#include "interp/exec_fused.h"

#include "interp/exec.h"

/* `o` is now the jump. */
#define JUMP_IF(cc)                                                                                                    \
    do {                                                                                                               \
        o++;                                                                                                           \
        if (condition(c, cc))                                                                                          \
            JUMP_DIRECT;                                                                                               \
        NEXT;                                                                                                          \
    } while (0)

/* One condition behind each of the comparisons. One in memory is fused where it hits the lookaside. */
#define AND_JUMP(cc)                                                                                                   \
    static HANDLER(h_cmp32_rr_j##cc)                                                                                   \
    {                                                                                                                  \
        uint32_t a = c->r[o->reg], b = c->r[o->base];                                                                  \
                                                                                                                       \
        flags_sub(c, a, b, a - b, 32);                                                                                 \
        JUMP_IF(cc);                                                                                                   \
    }                                                                                                                  \
    static HANDLER(h_cmp32_ri_j##cc)                                                                                   \
    {                                                                                                                  \
        uint32_t a = c->r[o->reg], b = o->imm;                                                                         \
                                                                                                                       \
        flags_sub(c, a, b, a - b, 32);                                                                                 \
        JUMP_IF(cc);                                                                                                   \
    }                                                                                                                  \
    static HANDLER(h_cmp32_rm_j##cc)                                                                                   \
    {                                                                                                                  \
        uint32_t a = c->r[o->reg], b;                                                                                  \
        uint8_t *p;                                                                                                    \
                                                                                                                       \
        if (!hit(c, o->seg, ea(c, o), 4, 0, &p))                                                                       \
            GO_TO(h_cmp32_rm);                                                                                         \
        c->fast_hits++;                                                                                                \
        memcpy(&b, p, sizeof b);                                                                                       \
        flags_sub(c, a, b, a - b, 32);                                                                                 \
        JUMP_IF(cc);                                                                                                   \
    }                                                                                                                  \
    static HANDLER(h_test32_rr_j##cc)                                                                                  \
    {                                                                                                                  \
        flags_logic(c, c->r[o->reg] & c->r[o->base], 32);                                                              \
        JUMP_IF(cc);                                                                                                   \
    }                                                                                                                  \
    static HANDLER(h_test8_rr_j##cc)                                                                                   \
    {                                                                                                                  \
        flags_logic(c, *reg8(c, o->reg) & *reg8(c, o->base), 8);                                                       \
        JUMP_IF(cc);                                                                                                   \
    }                                                                                                                  \
    static HANDLER(h_test8_ri_j##cc)                                                                                   \
    {                                                                                                                  \
        flags_logic(c, *reg8(c, o->reg) & (uint8_t)o->imm, 8);                                                         \
        JUMP_IF(cc);                                                                                                   \
    }                                                                                                                  \
    static HANDLER(h_cmp8_ri_j##cc)                                                                                    \
    {                                                                                                                  \
        uint8_t a = *reg8(c, o->reg), b = (uint8_t)o->imm;                                                             \
                                                                                                                       \
        flags_sub(c, a, b, (uint8_t)(a - b), 8);                                                                       \
        JUMP_IF(cc);                                                                                                   \
    }

#define CONDITIONS(each)                                                                                               \
    each(0) each(1) each(2) each(3) each(4) each(5) each(6) each(7) each(8) each(9) each(10) each(11) each(12)         \
        each(13) each(14) each(15)

CONDITIONS(AND_JUMP)

#define PLAIN(cc) h_j##cc,
#define CMP_RR(cc) h_cmp32_rr_j##cc,
#define CMP_RI(cc) h_cmp32_ri_j##cc,
#define CMP_RM(cc) h_cmp32_rm_j##cc,
#define TEST_RR(cc) h_test32_rr_j##cc,
#define TEST8_RR(cc) h_test8_rr_j##cc,
#define TEST8_RI(cc) h_test8_ri_j##cc,
#define CMP8_RI(cc) h_cmp8_ri_j##cc,

enum { CODES = 16 };

static const struct {
    handler *first, *fused[CODES];
} pairs[] = {
    {h_cmp32_rr, {CONDITIONS(CMP_RR)}},   {h_cmp32_ri, {CONDITIONS(CMP_RI)}},   {h_cmp32_rm, {CONDITIONS(CMP_RM)}},
    {h_test32_rr, {CONDITIONS(TEST_RR)}}, {h_test8_rr, {CONDITIONS(TEST8_RR)}}, {h_test8_ri, {CONDITIONS(TEST8_RI)}},
    {h_cmp8_ri, {CONDITIONS(CMP8_RI)}},
};
static handler *const plain[CODES] = {CONDITIONS(PLAIN)};

void fuse(struct op *o)
{
    for (unsigned i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        for (unsigned cc = 0; pairs[i].first == o->fn && cc < CODES; cc++)
            if (plain[cc] == o[1].fn) {
                o->fn = pairs[i].fused[cc];
                return;
            }
}
