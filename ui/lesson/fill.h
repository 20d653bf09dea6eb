/* SPDX-License-Identifier: MIT */
/*
 * Texts with numbers from the run: {{EXPR}} is the value in decimal, and a letter behind a colon says how else:
 *
 *      {{$cr3:x}} 00103000   {{$run.trap.error:h}} 0x2   {{$run.trap.vector:v}} #PF   {{$pc:i}} mov cr3, eax
 */
#ifndef UI_LESSON_FILL_H
#define UI_LESSON_FILL_H

#include <stddef.h>
#include <stdint.h>

struct debugger;

/* The filled text, malloc'ed; NULL, with "{{...}}: what is wrong" in `error`. */
char *fill_text(const struct debugger *d, const char *text, char *error, size_t room);
/* The instruction at an address of the guest's code. */
const char *fill_instruction(const struct debugger *d, uint32_t at, char *text, size_t room);

#endif
