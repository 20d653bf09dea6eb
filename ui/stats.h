/* SPDX-License-Identifier: MIT */
/* What a run came to: --stats as a table, --stats=json as one object. */
#ifndef UI_STATS_H
#define UI_STATS_H

#include <stdio.h>

#include "vmm/vm.h"

struct console;
struct options;
struct sheet;
struct symbols;
struct finding;

struct result {
    const struct options *options;
    struct vm *vm;
    const struct symbols *symbols;
    const struct console *console;
    const struct finding *finding; /* NULL: nothing was compared */
    enum outcome outcome;
};

/* The name of the technique for memory, as --stats=json has it. */
const char *stats_mmu(const struct vm *v);
/* Counts by vector that are not 0, under a title; the numbers from this column on. */
void stats_vectors(struct sheet *s, const char *title, int column, const uint64_t count[256]);
/* The counts of a run, for the table and for the view `statistics`. */
void stats_sheet(const struct vm *v, const struct symbols *symbols, struct sheet *s);
void stats_table(FILE *f, const struct result *r);
/* 0; -1: out of memory, or not all could be written. */
int stats_json(FILE *f, const struct result *r);

#endif
