/* SPDX-License-Identifier: MIT */
/* What the last comparison of a guest with the same guest under another technique has found, and whether that still holds. */
#ifndef UI_FINDING_H
#define UI_FINDING_H

#include <stdbool.h>
#include <stdint.h>

struct technique;
struct vm;

enum finding_kind { FINDING_NONE, FINDING_SAME, FINDING_DIFFERS };

struct finding {
    enum finding_kind kind;
    const struct technique *technique, *against;
    uint64_t from, to;    /* ticks: what was compared. DIFFERS: `to` is that behind which they differ */
    uint64_t comparisons; /* of states, on the way */
    char difference[644]; /* in words */
    bool changed;         /* somebody has changed the guest since, or pressed a key */
};

/* Why it says nothing of the run as it now is. */
enum finding_stale { STALE_NOT, STALE_TECHNIQUE, STALE_CHANGED, STALE_TIME };
enum finding_stale finding_stale(const struct finding *k, const struct vm *v);
/* "same", "differs", "not checked", and "technique", "changed", "ran on" or NULL: as in --stats=json. */
extern const char *const finding_name[];
extern const char *const stale_name[];

#endif
