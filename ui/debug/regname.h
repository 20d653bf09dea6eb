/* SPDX-License-Identifier: MIT */
/* The registers by the names that the shell knows: gdb's, and those that only a system programmer asks for. */
#ifndef UI_DEBUG_REGNAME_H
#define UI_DEBUG_REGNAME_H

#include <stddef.h>
#include <stdint.h>

struct machine;

enum reg_kind {
    REG_GENERAL, /* index: enum reg */
    REG_WORD,    /* its low 16 bits */
    REG_LOW,     /* its low byte */
    REG_HIGH,    /* the byte above that */
    REG_PC,      /* the linear address of the next instruction */
    REG_EIP,
    REG_EFLAGS,
    REG_FLAG,  /* index: a bit of EFLAGS */
    REG_FIELD, /* index: the lowest of two bits of EFLAGS */
    REG_CR,
    REG_DR,
    REG_SELECTOR, /* index: enum seg_reg; the hidden part follows */
    REG_BASE,
    REG_LIMIT,
    REG_ATTR,
    REG_TABLE_BASE, /* index: 0 GDTR, 1 IDTR */
    REG_TABLE_LIMIT,
    REG_CPL,
    REG_TICK,
    REG_INSNS,
    REG_CYCLES
};

struct reg_name {
    const char *name;
    uint8_t kind, index;
};

extern const struct reg_name reg_names[]; /* ended by a NULL name */

/* A name of `n` bytes, without its '$'; NULL: there is none. */
const struct reg_name *reg_find(const char *name, size_t n);
int64_t reg_value(const struct reg_name *r, const struct machine *m);

#endif
