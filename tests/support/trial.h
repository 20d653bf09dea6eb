/* SPDX-License-Identifier: MIT */
/* Random instructions of isa.def with a random state, such that a user program on the host can be asked about them. */
#ifndef TESTS_SUPPORT_TRIAL_H
#define TESTS_SUPPORT_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/decode.h"
#include "tests/support/hostcpu.h"

struct trial {
    uint8_t code[INSN_MAX];
    struct insn i;
    bool illegal; /* LOCK where it may not be */
    struct host_state start;
};

uint32_t trial_next(uint64_t *seed);
/* Each line of isa.def is as likely. False: not this time. */
bool trial_random(uint64_t *seed, struct trial *t);
/* Is this line never tried? */
bool trial_left_out(const struct isa_entry *e);

/* Shifts and rotates, and the count that they obey. */
bool trial_is_shift(const struct insn *i);
unsigned trial_shift_count(const struct insn *i, uint32_t ecx);

#endif
