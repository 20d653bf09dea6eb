/* SPDX-License-Identifier: MIT */
#include "tests/ring0/emit.h"

/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
uint32_t pick_bits(struct maker *m)
{
    uint64_t z = m->seed += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)(z ^ z >> 31);
}

uint32_t pick(struct maker *m, uint32_t n)
{
    return (uint32_t)((uint64_t)pick_bits(m) * n >> 32);
}

bool chance(struct maker *m, unsigned percent)
{
    return pick(m, 100) < percent;
}

void emit(struct maker *m, unsigned bytes, uint32_t v)
{
    for (unsigned i = 0; i < bytes; i++)
        m->p->arena[m->at++ - ARENA] = (uint8_t)(v >> 8 * i);
}

void emit_bytes(struct maker *m, const uint8_t *b, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        emit(m, 1, b[i]);
}

void emit_size(struct maker *m, unsigned bytes)
{
    if (bytes != 1 && (bytes == 2) != m->code16)
        emit(m, 1, 0x66);
}

static void emit_opcode(struct maker *m, unsigned opcode)
{
    if (opcode >> 8)
        emit(m, 1, opcode >> 8);
    emit(m, 1, opcode & 0xff);
}

void emit_mem(struct maker *m, unsigned size, unsigned opcode, unsigned reg, uint32_t address)
{
    if (m->code16)
        emit(m, 1, 0x67);
    emit_size(m, size);
    emit_opcode(m, opcode);
    emit(m, 1, reg << 3 | 5);
    emit(m, 4, address);
}

void emit_reg(struct maker *m, unsigned size, unsigned opcode, unsigned reg, unsigned rm)
{
    emit_size(m, size);
    emit_opcode(m, opcode);
    emit(m, 1, 0xc0 | reg << 3 | rm);
}

void emit_mov(struct maker *m, unsigned reg, uint32_t v)
{
    emit_size(m, 4);
    emit(m, 1, 0xb8 + reg);
    emit(m, 4, v);
}

void emit_push(struct maker *m, unsigned size, uint32_t v)
{
    emit_size(m, size);
    emit(m, 1, 0x68);
    emit(m, size, v);
}

void emit_store(struct maker *m, uint32_t address, uint32_t v)
{
    emit_mem(m, 4, 0xc7, 0, address);
    emit(m, 4, v);
}

uint32_t scratch(struct maker *m)
{
    uint32_t at = m->scratch;

    m->scratch += 8;
    return at;
}
