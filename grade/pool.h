/* SPDX-License-Identifier: MIT */
/* Many submissions, several at a time: each in a process of its own, which leaves its score in the store. */
#ifndef GRADE_POOL_H
#define GRADE_POOL_H

#include <stdbool.h>

struct course;
struct sandbox;
struct store;
struct submission;
struct score;

enum entry_state { ENTRY_WAITS, ENTRY_RUNS, ENTRY_DONE, ENTRY_FAULT };

struct entry {
    struct submission *sub;
    struct score *score;
    char key[33];
    enum entry_state state;
    bool kept; /* its score is from an earlier run */
};

struct pool {
    const struct course *course;
    const struct sandbox *sandbox;
    const struct store *store;
    struct entry *entry;
    unsigned entries, jobs;
    bool fresh; /* grade anew what has a score already */
    /* Hears of each entry when it is done; may be NULL. */
    void (*done)(void *ctx, const struct pool *p, const struct entry *e);
    void *ctx;
    volatile bool *stop; /* set: start nothing more, and end what runs */
};

/* False: stopped, or some entry has no score (ENTRY_FAULT). */
bool pool_run(struct pool *p);

#endif
