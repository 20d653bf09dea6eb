/* SPDX-License-Identifier: MIT */
/*
 * Expressions over a guest, in C's operators and gdb's names:
 *
 *      123 0x7b 0173 0b1111011 'a'   symbol &symbol   $eax $ax $al $eip $sp $eflags $cr3 $cs $cs.base $gdtr ...
 *      $pc (the next instruction's linear address: $cs.base + $eip)
 *      $hw.cr3 (the hardware's)   *EXPR (32 bits)  u8(EXPR) u16(EXPR) u32(EXPR) {u8}ADDR {char}ADDR ...
 *      $run.trap $run.trap.vector $stat.exits.io ... (counts: countname.h)
 *      + - * / % << >> & | ^ ~ ! < <= > >= == != && || ?: ( )
 *
 * Values are 64-bit and signed, and an operation that leaves them is an error; an address is a value from -2^31 to
 * 2^32 - 1, modulo 2^32. An expression is parsed once and may be evaluated often (conditions of breakpoints). Evaluation
 * looks and changes nothing.
 */
#ifndef UI_DEBUG_EXPR_H
#define UI_DEBUG_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "interp/addr.h"

struct debugger;
struct expr;

/* NULL, with one line in `error` that says what and where. `end`: where parsing stopped; NULL: all of it must be used. */
struct expr *expr_parse(const struct debugger *d, const char *text, const char **end, char *error, size_t room);
/* 0, or -1 with one line in `error`: unmapped memory, division by zero, overflow. */
int expr_value(const struct debugger *d, const struct expr *e, int64_t *value, char *error, size_t room);
void expr_free(struct expr *e);
/* Of a comparison: both its sides. -1: it is none, or a side has no value. */
int expr_sides(const struct debugger *d, const struct expr *e, int64_t side[2]);
/* Is it a character, as written: 'a'? */
bool expr_is_character(const struct expr *e);
/* Both in one, for commands. */
int expr_eval(const struct debugger *d, const char *text, int64_t *value, char *error, size_t room);

/* The value as an address. */
int expr_address(const struct debugger *d, const struct expr *e, gva_t *at, char *error, size_t room);
/*
 * The place in memory that an expression names: *EXPR, u8(EXPR) ..., a symbol with its size, or a number, the address of 4
 * bytes. Any other value is none: `watch $eax` means no memory.
 */
int expr_place(const struct debugger *d, const struct expr *e, gva_t *at, uint32_t *size, char *error, size_t room);

#endif
