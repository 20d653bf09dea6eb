/* SPDX-License-Identifier: MIT */
/* Bytes -> one decoded instruction (SDM Vol. 2, chapter 2). A pure function: no machine, no faults. */
#ifndef INTERP_DECODE_H
#define INTERP_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/isa.h"

enum { INSN_MAX = 15 }; /* bytes; a longer instruction is #GP(0) (SDM Vol. 2, 2.3.11) */

enum decode_result {
    DECODE_OK,
    DECODE_MORE, /* the bytes given end within the instruction */
    DECODE_UD,   /* not defined: #UD */
    DECODE_LONG  /* over INSN_MAX bytes: #GP(0) */
};

enum rep { REP_NONE, REP_E, REP_NE }; /* F3, F2 */

struct insn {
    const struct isa_entry *e;
    unsigned opcode; /* 0x0fNN: two-byte */
    uint8_t len;
    bool op32, addr32; /* effective operand and address size */
    bool lock;
    uint8_t rep;         /* enum rep */
    bool mem;            /* ModRM.rm (or the offset form) is memory */
    uint8_t reg, rm;     /* ModRM fields, or the register in the opcode */
    uint8_t seg;         /* of the memory operand (enum seg_reg): override or default */
    uint8_t base, index; /* registers, or REG_ZERO */
    uint8_t scale;       /* shift of the index */
    uint32_t disp;
    uint32_t imm; /* sign-extended where the form says so */
    uint16_t sel; /* far pointer's selector; ENTER's level */
};

/* `code32`: CS.D. On DECODE_UD, i->len counts the bytes that were looked at. */
enum decode_result decode(const uint8_t *bytes, unsigned n, bool code32, struct insn *i);

#endif
