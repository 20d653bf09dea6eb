/* SPDX-License-Identifier: MIT */
/*
 * Probes: linear addresses at which a machine comes back to its owner (STOP_PROBE). On code, before the instruction; on
 * data, after the instruction or the delivery that read or wrote there.
 *
 *      code: pages with a probe run from decoded code of their own (KEY_PROBED), in which the probed instruction's
 *            handler is h_probe; the run loop then looks (probe_before()) and steps it by itself
 *      data: such pages have no lookaside lines, so that each access takes the slow path, which looks (probe_touched())
 *
 * Nothing else knows of them: no count, no time and no state of the guest depends on them, and where there are none they
 * cost a test on paths that are slow already. The machines on which one guest runs share one set.
 */
#ifndef INTERP_PROBE_H
#define INTERP_PROBE_H

#include <stdbool.h>
#include <stdint.h>

struct cpu;
struct machine;

enum probe_kind { PROBE_EXEC = 1, PROBE_READ = 2, PROBE_WRITE = 4 };

struct probe {
    uint32_t at, size; /* of code only the first byte of an instruction counts */
    uint8_t kinds;
};

/* What was met; `kinds` is 0 when nothing was. */
struct probe_hit {
    uint8_t kinds;
    uint32_t probe;    /* its address, */
    uint32_t at, size; /* and the instruction's or the access's */
};

/*
 * A probed instruction that was begun and has not retired: when it comes again with the same registers, after a fault
 * that was mended, or an interrupt between two iterations of REP, that is no new arrival.
 */
struct begun {
    bool used;
    uint32_t at, r[8];
};

enum { PROBES_MAX = 256, BEGUN_MAX = 8 };

struct probes {
    struct probe probe[PROBES_MAX];
    unsigned count;
    uint8_t kinds; /* of all of them */
    struct probe_hit hit;
    struct begun begun[BEGUN_MAX];
    unsigned oldest;
    struct begun *running; /* that the CPU is executing now */
};

/* 0; -1: there are PROBES_MAX, or the size is 0. */
int probe_add(struct probes *p, uint32_t at, uint32_t size, unsigned kinds);
/* Removes what was added with the same three. */
void probe_remove(struct probes *p, uint32_t at, uint32_t size, unsigned kinds);
/* The machine looks at these from now on. To be called after each change as well, between runs or from a callback. */
void machine_probe(struct machine *m, struct probes *p);
/* The kinds of probe that some byte of a range has. */
unsigned probe_kinds(const struct probes *p, uint32_t at, uint32_t size);
/* An instruction was executed by somebody else than the CPU: it has retired. */
void probe_retired(struct probes *p, uint32_t at);
/* The instruction at the CPU's EIP is to be executed without coming back before it. */
void probe_pass(struct probes *p, const struct cpu *c);

/* -- for the processor, where machine.probes is set -- */
/* Is a probe on code in this linear page, or at this offset of any page? */
bool probe_in_page(const struct cpu *c, uint32_t page);
bool probe_at_offset(const struct probes *p, unsigned offset);
/* Does a probe that has not been passed stand at EIP? Notes the hit. */
bool probe_stands(struct cpu *c);
/* One instruction is about to be executed. False: a probe stands before it. */
bool probe_before(struct cpu *c);
/* It was executed: wholly, or it goes on (REP). */
void probe_after(struct cpu *c, bool wholly);
/* It faulted: nothing was touched, and it will come again. */
void probe_fault(struct cpu *c);
/* Bytes at a linear address were read, written, or both. */
void probe_touched(struct cpu *c, uint32_t lin, unsigned size, unsigned kinds);

#endif
