/* SPDX-License-Identifier: MIT */
/* Two machines that should be the same: what is not? */
#ifndef GRADE_COMPARE_H
#define GRADE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

struct machine;
struct seam_event;

/* The processors. True: they are the same; else `text` says what differs first: "eflags is 00000202, not 00000002". */
bool compare_cpus(const struct machine *got, const struct machine *expected, char *text, size_t room);
/* What an event's handler wrote, and the guest's memory there. */
bool compare_writes(struct machine *got, struct machine *expected, const struct seam_event *e, char *text, size_t room);
/* All of the canonical state. */
bool compare_all(struct machine *got, struct machine *expected, char *text, size_t room);

#endif
