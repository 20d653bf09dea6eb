/* SPDX-License-Identifier: MIT */
/* Port I/O by instructions (SDM Vol. 1, chapter 19 "Input/Output"). */
#ifndef INTERP_IO_H
#define INTERP_IO_H

#include <stdint.h>

struct cpu;
struct op;

/* #GP(0) unless CPL <= IOPL or the TSS's I/O permission map allows all of the ports (SDM Vol. 1, 19.5.2). */
void io_check(struct cpu *c, const struct op *o, uint16_t port, unsigned size);
/* The access itself: charged, observed; afterwards the run loop gets control, for the device may have changed anything. */
uint32_t io_in(struct cpu *c, uint16_t port, unsigned size);
void io_out(struct cpu *c, uint16_t port, unsigned size, uint32_t v);

#endif
