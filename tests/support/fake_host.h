/* SPDX-License-Identifier: MIT */
/* A world for one device under test: time that is moved by hand, lines that are remembered. */
#ifndef TESTS_SUPPORT_FAKE_HOST_H
#define TESTS_SUPPORT_FAKE_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/clock.h"
#include "interp/dev/host.h"

struct fake_host {
    struct dev_host host;
    struct clock clock;
    uint64_t now;
    bool line[16];      /* ISA interrupt lines */
    unsigned rises[16]; /* how often each went up */
    bool intr;
    unsigned resets;
    bool a20;
    uint8_t sent[256]; /* what left the UART */
    unsigned sent_count;
    int exit_code; /* -1: none */
};

void fake_host_init(struct fake_host *f, uint64_t hz);
/* Lets time pass, stopping at each deadline as a machine would. */
void fake_host_run(struct fake_host *f, uint64_t until);

#endif
