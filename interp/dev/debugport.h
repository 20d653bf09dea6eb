/* SPDX-License-Identifier: MIT */
/*
 * The debug-exit port, as QEMU's `-device isa-debug-exit,iobase=0xf4,iosize=4`: a byte written to its first port ends the
 * run. The other three are its own and do nothing, so that a wider store carries its code in the lowest byte.
 */
#ifndef INTERP_DEV_DEBUGPORT_H
#define INTERP_DEV_DEBUGPORT_H

#include <stdint.h>

struct dev_host;

enum { DEBUGPORT = 0xf4, DEBUGPORT_COUNT = 4 };

struct debugport {
    const struct dev_host *host;
};

void debugport_init(struct debugport *d, const struct dev_host *host);
uint8_t debugport_in(void *debugport, uint16_t port);
void debugport_out(void *debugport, uint16_t port, uint8_t value);

#endif
