/* SPDX-License-Identifier: MIT */
/* --trace: each event of event.def as one line of JSON. The same run writes the same bytes. */
#ifndef UI_TRACE_H
#define UI_TRACE_H

#include <stdbool.h>

struct event;
struct trace;

/* NULL after a line on standard error. */
struct trace *trace_open(const char *path);
/* The observer of vm_observe(); ctx is the trace. */
void trace_event(void *trace, bool physical, const struct event *e);
/* 0, or STATUS_FAILED after a line on standard error when not everything could be written. NULL is closed well. */
int trace_close(struct trace *t);

#endif
