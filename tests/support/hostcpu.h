/* SPDX-License-Identifier: MIT */
/*
 * The host's own processor as a judge: in 32-bit mode it executes one instruction on given registers, flags and memory.
 *
 * An x86-64 kernel has a 32-bit code segment for the programs of old; an IRET goes there, with TF set, and the signal that
 * comes back after one instruction brings everything it left. Guest and host share these linear addresses:
 *
 *      HOST_LOW     hole: nothing is mapped, an access is #PF
 *      HOST_WINDOW  data
 *                   hole
 *      HOST_CODE    the instruction, two pages
 *                   hole
 *      HOST_HIGH
 *
 * CS, SS are flat. GS begins at the window and ends with it; so do DS and ES where `based` says so, else they are flat.
 */
#ifndef TESTS_SUPPORT_HOSTCPU_H
#define TESTS_SUPPORT_HOSTCPU_H

#include <stdbool.h>
#include <stdint.h>

enum {
    HOST_LOW = 0x1f0000,
    HOST_WINDOW = 0x200000,
    HOST_WINDOW_SIZE = 0x8000,
    HOST_CODE = 0x220000,
    HOST_CODE_SIZE = 0x2000,
    HOST_HIGH = 0x230000
};

enum { HOST_NO_FAULT = -1, HOST_LOST = -2 };

struct host_state {
    uint32_t r[8]; /* in IA-32's order */
    uint32_t eip, eflags;
    uint32_t based;
    /* After a step: the exception that it raised, or HOST_NO_FAULT; its error code; for #PF the address. */
    int32_t vector;
    uint32_t error, cr2;
};

/* NULL, or why this host cannot judge. */
const char *hostcpu_open(void);
/* One instruction, or one iteration of a repeated one. HOST_LOST: the processor came back from somewhere else. */
void hostcpu_step(struct host_state *s);

#endif
