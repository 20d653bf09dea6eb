/* SPDX-License-Identifier: MIT */
/*
 * How a trap travels to a judged process: packets on one socket, descriptor LAB_SOCKET, strictly in turn.
 *
 *      worker ── lab_call, SAY_NEXT ──────>            once: it is ready
 *             <───────────── lab_event ── judge        a trap
 *             ── lab_call ────────────────>            any number of times: a call,
 *             <────────────── lab_call ──              and its answer
 *             ── lab_call, SAY_NEXT ──────>            the end of the trap
 */
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include "ringside_lab.h"

enum { LAB_SOCKET = 3 };

struct lab_event {
    struct lab_trap trap;
    uint32_t reg[LAB_REGS];
};

#endif
