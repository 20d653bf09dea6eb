/* SPDX-License-Identifier: MIT */
/* Code that writes to itself: programs for Ringside's own techniques alone have it. */
#include "tests/ring0/snippets.h"

/* MOV r32, imm32 whose first four bytes are `v`: another operation, then, with the rest of its immediate. */
static uint32_t other_operation(struct maker *m)
{
    static const uint8_t with_imm32[] = {0x05, 0x0d, 0x25, 0x2d, 0x35, 0x3d, 0xa9, 0xb8, 0xb9, 0xba, 0xbb};

    return (pick_bits(m) & 0xffffff00) | PICK_OF(m, with_imm32);
}

/* Stores into the instruction that follows: its operation, or its immediate operand. */
static void rewrite_next(struct maker *m)
{
    bool operation = chance(m, 50);
    uint32_t v = operation ? other_operation(m) : pick_bits(m), start = m->at, behind;

    emit_store(m, CODE, v); /* for its length */
    behind = m->at;
    m->at = start;
    emit_store(m, behind + m->code16 + !operation, v);
    emit_mov(m, R_EAX, pick_bits(m));
}

/* A loop that changes what it executes again. */
static void rewrite_before(struct maker *m)
{
    uint32_t top;

    emit_mov(m, R_ECX, 2 + pick(m, 3));
    top = m->at;
    emit_mov(m, R_EAX, pick_bits(m));
    emit_store(m, top + m->code16 + chance(m, 50), other_operation(m));
    if (m->code16)
        EMIT(m, 0x67); /* LOOP goes by ECX */
    EMIT(m, 0xe2, (uint8_t)(top - m->at - 2));
}

bool snip_rewrite(struct maker *m)
{
    if (chance(m, 60))
        rewrite_next(m);
    else
        rewrite_before(m);
    return true;
}
