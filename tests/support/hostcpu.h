/* SPDX-License-Identifier: MIT */
/*
 * The host's own processor as a judge: executes one instruction on given registers, flags and memory. Most IA-32
 * instructions mean the same in 64-bit mode; the caller leaves out those that do not.
 */
#ifndef TESTS_SUPPORT_HOSTCPU_H
#define TESTS_SUPPORT_HOSTCPU_H

#include <stdbool.h>
#include <stdint.h>

struct host_state {
    uint64_t r[8]; /* in IA-32's order; ESP is not used */
    uint64_t flags;
};

/* Memory that lies at the same address on the host as in the guest. */
enum { HOST_WINDOW = 0x200000, HOST_WINDOW_SIZE = 0x2000 };

/* False: this host cannot judge. */
bool hostcpu_open(void);
/* 0, or the signal that the instruction raised. */
int hostcpu_run(struct host_state *s, const uint8_t *code, unsigned size);

#endif
