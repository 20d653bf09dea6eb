/* SPDX-License-Identifier: MIT */
/* struct insn -> struct op: which handler, where the operands are, what it costs. */
#ifndef INTERP_LOWER_H
#define INTERP_LOWER_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/decode.h"

struct machine;

enum {
    LOWER_MAX = 2, /* operations an instruction can become */
    OWN_MAX = 255  /* cycles one can cost by itself; what costs more is charged when it happens */
};

/*
 * Writes one or two operations, with `off` and their sums counted on from `sum`, which is updated. `key`: block.h.
 * Returns how many.
 */
unsigned lower(const struct machine *m, const struct insn *i, unsigned key, int off, uint16_t sum[2], struct op *o);
/* An operation that raises #UD or #GP(0) in place of an instruction that is not one. */
void lower_fault(enum decode_result why, const struct insn *i, int off, const uint16_t sum[2], struct op *o);
/* What stands behind a block's last instruction; `off`: of the next one. */
void lower_end(int off, const uint16_t sum[2], struct op *o);

#endif
