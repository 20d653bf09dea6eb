/* SPDX-License-Identifier: MIT */
/* A guest that goes through a list of techniques, a number of its instructions under each. */
#ifndef VMM_ROTATION_H
#define VMM_ROTATION_H

#include <stdbool.h>
#include <stdint.h>

#include "vmm/vm.h"

enum { ROTATION_MAX = 16 };

struct rotation {
    const struct technique *through[ROTATION_MAX];
    unsigned count;
    uint64_t every; /* guest instructions; 0: the technique stays */
    uint64_t due;   /* the guest's count of instructions at which the next change comes */
};

/* False: the list is full. */
bool rotation_add(struct rotation *r, const struct technique *t);
/* All that run an unmodified guest on that kind of processor. */
void rotation_add_all(struct rotation *r, bool virtualizable);
bool rotation_has(const struct rotation *r, const struct technique *t);
/* What comes behind `t` in the list (its first, when `t` is not in it). */
const struct technique *rotation_next(const struct rotation *r, const struct technique *t);

void rotation_begin(struct rotation *r, struct vm *v);
/*
 * vm_run_slice(), which comes back before a change is passed as well, and makes the one that is due. OUTCOME_BROKEN with
 * a line in `error`: it could not be made.
 */
enum outcome rotation_run(struct rotation *r, struct vm *v, uint64_t until, uint64_t ticks, char *error, size_t room);

#endif
