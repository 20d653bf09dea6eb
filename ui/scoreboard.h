/* SPDX-License-Identifier: MIT */
/*
 * Popek and Goldberg's three properties of a monitor, as far as a run shows them: equivalence, resource control, efficiency.
 */
#ifndef UI_SCOREBOARD_H
#define UI_SCOREBOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/finding.h"

struct sheet;
struct vm;

/* What a guest can try to get at and must not. */
enum resource { RESOURCE_NONE, RESOURCE_STATE, RESOURCE_PORT, RESOURCE_MEMORY, RESOURCE_MONITOR, RESOURCES };

struct scoreboard {
    const struct hole *hole;  /* equivalence: the first that bit, if any; */
    struct finding finding;   /* and what the last comparison found, */
    enum finding_stale stale; /* if that still holds */
    uint64_t attempt[RESOURCES];
    uint64_t attempts;             /* all of them */
    unsigned exposed;              /* pages through which a frame that is not the guest's could be reached now */
    uint64_t direct, instructions; /* efficiency: those that the hardware ran, of all */
};

/* `k`: of the last comparison; NULL: there was none. */
void scoreboard_take(struct scoreboard *b, const struct vm *v, const struct finding *k);
/* "state", "port", "memory", "monitor": the names in --stats=json. */
extern const char *const resource_name[RESOURCES];
/* Drawn no wider than `width`. */
void scoreboard_sheet(const struct vm *v, const struct finding *k, int width, struct sheet *s);

#endif
