/* SPDX-License-Identifier: MIT */
/* How a run is driven towards its goal (debug_start(), debug_advance()): the part that listens. */
#ifndef UI_DEBUG_GOAL_H
#define UI_DEBUG_GOAL_H

struct debugger;
struct event;

/* An event arose: does a stop point wait for it? */
void goal_event(struct debugger *d, const struct event *e);

#endif
