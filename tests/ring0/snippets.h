/* SPDX-License-Identifier: MIT */
/*
 * Pieces of code that a step is made of. Each writes a few instructions for the maker's ring and code size. A piece that
 * may lose control, or after which DS is not flat any more, returns false: nothing follows it in its step.
 */
#ifndef TESTS_RING0_SNIPPETS_H
#define TESTS_RING0_SNIPPETS_H

#include "tests/ring0/emit.h"

typedef bool snippet(struct maker *m);

/* snippets_segment.c */
snippet snip_load_segment, snip_use_segment, snip_far_jump, snip_far_call, snip_far_return, snip_iret, snip_query,
    snip_arpl, snip_edit_descriptor, snip_gate, snip_outward, snip_expand_down;
/* snippets_memory.c */
snippet snip_access, snip_edit_page, snip_appear, snip_string, snip_stack, snip_execute, snip_directory,
    snip_long_string, snip_large;
/* snippets_code.c */
snippet snip_rewrite;
/* snippets_debug.c */
snippet snip_breakpoint, snip_guard, snip_trace;
/* snippets_system.c */
snippet snip_exception, snip_flags, snip_port, snip_table_register, snip_store_register, snip_task_register,
    snip_control, snip_privileged;

#endif
