/* SPDX-License-Identifier: MIT */
/* Two machines that should be in the same state: what differs first? */
#ifndef VMM_DIFFERENCE_H
#define VMM_DIFFERENCE_H

#include <stdbool.h>
#include <stdint.h>

struct machine;

enum difference_kind { DIFFER_NOT, DIFFER_TIME, DIFFER_REGISTER, DIFFER_DEVICE, DIFFER_MEMORY, DIFFER_OUTPUT };

struct difference {
    enum difference_kind kind;
    char name[16];   /* of the register; the tag of the device's section in a saved state */
    uint32_t at;     /* MEMORY: guest-physical address of the first byte */
    uint64_t is[2];  /* TIME, REGISTER, MEMORY: what the first and the second have there; OUTPUT: how many bytes */
    uint32_t eflags; /* of a register that is EFLAGS: the flags that differ */
};

/* The tick, the processors and the devices. */
bool difference_registers(struct machine *a, struct machine *b, struct difference *d);
/* All of the canonical state. */
bool difference_all(struct machine *a, struct machine *b, struct difference *d);

#endif
