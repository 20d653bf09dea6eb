/* SPDX-License-Identifier: MIT */
#ifndef INTERP_EXEC_FUSED_H
#define INTERP_EXEC_FUSED_H

#include "interp/op.h"

/* If an operation and the one behind it, a jump, are such a pair, the first does both from now on. */
void fuse(struct op *o);

#endif
