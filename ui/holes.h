/* SPDX-License-Identifier: MIT */
/*
 * `ringside holes`: the sensitive, unprivileged instructions of isa.def, each with a micro guest that executes it
 * (guests/holes/) and says in one line what it saw. It runs under every technique; what it says natively is what it
 * should see.
 */
#ifndef UI_HOLES_H
#define UI_HOLES_H

#include <stdbool.h>
#include <stddef.h>

struct isa_entry;
struct options;
struct session;
struct technique;

/* Under what a hole's guest runs. */
struct hole_run {
    const struct technique *technique;
    bool virtualizable;
};

enum { HOLE_RUNS_MAX = 32, HOLES_MAX = 32, HOLE_SAW = 64 };

struct hole_runs {
    struct hole_run run[HOLE_RUNS_MAX]; /* the first is native */
    unsigned count;
};

/* What a guest said; or, where its run did not end well, how that ended. */
struct hole_seen {
    char text[HOLE_SAW];
    bool bit; /* the monitor noticed */
    char expected[96], got[96];
};

/* -- holes_run.c -- */
/* The mnemonics of the class in isa.def, by their first lines there: Robin and Irvine's in their order, then the others. */
unsigned holes_list(const struct isa_entry *list[HOLES_MAX]);
/* Every technique; those whose holes bite on x86 on a virtualizable CPU too. */
void holes_runs(struct hole_runs *r);
/* Must the guest see there what it sees natively? */
bool hole_run_promises(const struct hole_run *r);
/* The guest of a mnemonic, loaded. 0, or an exit status after one line on standard error. */
int hole_open(struct session *s, const struct options *o, const struct isa_entry *e, const struct hole_run *r);
/* Loads it and runs it to its end. */
int hole_run(const struct options *o, const struct isa_entry *e, const struct hole_run *r, struct hole_seen *seen);

/* -- holes_words.c -- */
/* Why a mnemonic is sensitive, in Popek and Goldberg's terms, and what its guest shows; not yet translated. */
const char *hole_kind(const char *mnemonic);
const char *hole_doc(const char *mnemonic);

#endif
