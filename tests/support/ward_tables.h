/* SPDX-License-Identifier: MIT */
/* Rules that the tables and controls obey which the hardware runs a guest on. Each: what is wrong, in `said`, or NULL. */
#ifndef TESTS_SUPPORT_WARD_TABLES_H
#define TESTS_SUPPORT_WARD_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vm;

/* Does the guest's own walk grant now what this shadow entry does, and lead to the same frame? */
bool shadow_granted(struct vm *v, uint32_t lin, uint32_t entry);
/* Every present entry leads to a frame of the guest's p2m; `settled`: with no more rights than the guest's walk gives now. */
const char *shadow_broken(struct vm *v, bool settled, char *said, size_t room);
/* Every entry is the p2m's, and every page of RAM that is mapped is mapped once. */
const char *nested_broken(struct vm *v, char *said, size_t room);
/* `was`: the fields when the monitor had set up what stays as it is. */
const char *vmcs_broken(struct vm *v, const uint64_t *was, char *said, size_t room);
/* What the TLB and its lookaside hold for the guest is the guest's. */
const char *tlb_broken(struct vm *v, char *said, size_t room);

#endif
