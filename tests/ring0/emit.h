/* SPDX-License-Identifier: MIT */
/* A program in the making: its random numbers, and a small assembler for code of 16 and 32 bits. */
#ifndef TESTS_RING0_EMIT_H
#define TESTS_RING0_EMIT_H

#include "tests/ring0/generate.h"

struct maker {
    struct program *p;
    enum profile profile;
    uint64_t seed;
    uint32_t at;      /* where the next byte of code goes */
    uint32_t scratch; /* operands in memory: the next free ones */
    bool code16;
    bool tracing; /* TF may be set in this step */
    bool sealed;  /* the GDT may be read-only from here on */
    unsigned ring;
};

enum { R_EAX, R_ECX, R_EDX, R_EBX, R_ESP, R_EBP, R_ESI, R_EDI };
enum { S_ES, S_CS, S_SS, S_DS, S_FS, S_GS };

/* 0 to n - 1; true in `percent` of 100 cases. */
uint32_t pick(struct maker *m, uint32_t n);
bool chance(struct maker *m, unsigned percent);
uint32_t pick_bits(struct maker *m);
#define PICK_OF(m, array) ((array)[pick((m), sizeof(array) / sizeof *(array))])

void emit(struct maker *m, unsigned bytes, uint32_t v);
#define EMIT(m, ...) emit_bytes((m), (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))
void emit_bytes(struct maker *m, const uint8_t *b, unsigned n);
/* The prefix, if one is needed, that makes the next instruction's operands so wide. */
void emit_size(struct maker *m, unsigned bytes);
/* Opcode (0x0fNN: two bytes) with [address] as its ModRM operand, prefixes included; `size` 1, 2 or 4. */
void emit_mem(struct maker *m, unsigned size, unsigned opcode, unsigned reg, uint32_t address);
void emit_reg(struct maker *m, unsigned size, unsigned opcode, unsigned reg, unsigned rm);
void emit_mov(struct maker *m, unsigned reg, uint32_t v);
void emit_push(struct maker *m, unsigned size, uint32_t v);
/* MOV [address], v by immediate. */
void emit_store(struct maker *m, uint32_t address, uint32_t v);

/* Room for an operand of up to 8 bytes in memory that every ring may read. */
uint32_t scratch(struct maker *m);

#endif
