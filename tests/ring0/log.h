/* SPDX-License-Identifier: MIT */
/* What programs did: the records that the keeper sent, compared and shown. */
#ifndef TESTS_RING0_LOG_H
#define TESTS_RING0_LOG_H

#include <stdio.h>

#include "tests/ring0/emulator.h"

/* As the keeper logs them, behind a word that says kind and length. */
struct trap_record {
    uint32_t vector_step; /* vector, 0x100 for a 16-bit gate, step << 16 */
    uint32_t error, eip, cs, eflags, esp, ss, ds, es, fs, gs;
    uint32_t gpr[GPRS];
    uint32_t cr2;
};

struct final_record {
    uint32_t cr0, cr3, cr4, gdtr_base, gdtr_limit, idtr_base, idtr_limit, ldtr, tr, dr6;
    uint32_t page[ARENA_SIZE >> 12]; /* sums */
};

enum { TRAPS = 48 };

/* One program's run. */
struct run {
    enum { RUN_NOT, RUN_WHOLE, RUN_STOPPED, RUN_HUNG } end; /* STOPPED: by a triple fault */
    unsigned traps;
    struct trap_record trap[TRAPS];
    struct final_record final;
};

/*
 * Runs all programs of an image; one that takes the emulator down ends its start, and the next start goes on behind it.
 * dump: NULL, or the arena of the last program that ended. -1: the emulator did not run at all.
 */
int runs_collect(const struct emulator *e, struct image *image, const char *folder, struct run *run, uint8_t *dump);

/* Differences that are known not to count against a judge are taken out of a run. */
void run_normalize(struct run *r, const char *judge);
bool run_equal(const struct run *a, const struct run *b);
/* show.c */
void run_show(FILE *f, const struct run *a, const struct run *b, const char *name_a, const char *name_b);
void program_show(FILE *f, const struct program *p);
void arena_show_difference(FILE *f, const uint8_t *a, const uint8_t *b, const char *name_a, const char *name_b);

#endif
