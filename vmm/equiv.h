/* SPDX-License-Identifier: MIT */
/*
 * Are two techniques the same to a guest? Two VMs with the same guest run side by side on the instruction clock, and their
 * canonical states, and what they have sent to COM1, are compared: at checkpoints wholly, and, unless only these are wanted,
 * after each instruction but for memory. A difference found at a checkpoint is narrowed down from the checkpoint before it, by halves.
 *
 *      equal ──tick──tick──tick──> checkpoint (saved)          ──> checkpoint: differs
 *                                      └── loaded into both, run to the middle: differs? ... to one instruction
 */
#ifndef VMM_EQUIV_H
#define VMM_EQUIV_H

#include <stdbool.h>
#include <stdint.h>

#include "vmm/difference.h"
#include "vmm/vm.h"

/* What has left a guest's COM1: how many bytes, and a hash of them. */
struct equiv_sent {
    uint64_t bytes, hash;
};

struct equiv {
    /* Of the caller: guests at their first instruction, both with a clock of instructions; and what is wanted. */
    struct vm *vm[2];
    bool only_checkpoints;
    uint64_t until; /* tick */
    /* Both guests were put back to a tick: inputs that are not in their state are to follow. May be NULL. */
    void (*back)(void *ctx, uint64_t tick);
    void *ctx;

    /* The result. */
    enum equiv_result {
        EQUIV_SAME,     /* to the end of both, or to `until` */
        EQUIV_DIFFERS,  /* after the instruction, or event, at which both now stand, at tick `tick` */
        EQUIV_BETWEEN,  /* somewhere between `tick` and `last`: from a saved state on they do not differ */
        EQUIV_NO_MEMORY /* of the host */
    } result;
    enum outcome outcome[2]; /* LIMIT: still running */
    uint64_t first, tick, last;
    struct equiv_sent sent[2], saved_sent;
    struct difference d; /* DIFFER_NOT: only the outcomes differ */
    int delivered[2];    /* vector of the event that the differing step delivered; -1: none */
    uint64_t compared;   /* times */
};

void equiv_run(struct equiv *e);

#endif
