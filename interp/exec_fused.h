/* SPDX-License-Identifier: MIT */
#ifndef INTERP_EXEC_FUSED_H
#define INTERP_EXEC_FUSED_H

#include "interp/op.h"

/* Wherever an operation of a block and the one behind it are such a pair, the first does both from now on. */
void fuse(struct op *o, const struct op *end);

#endif
