/* SPDX-License-Identifier: MIT */
/* VM exits in words: what the numbers of an exit say, and which control asked for it. */
#ifndef UI_VIEW_VMX_WORDS_H
#define UI_VIEW_VMX_WORDS_H

#include <stdint.h>

#include "interp/vmx.h"
#include "ui/view/words.h"

/* What a VMCS tells of the exit that wrote it. */
struct vmx_exit vmx_told(const uint64_t field[VMCS_FIELDS]);
/* What the event vm_exit tells of it: no error code, no address, nothing of operands. */
struct vmx_exit vmx_told_by_event(const uint64_t field[]);
/* "30 IO" */
const char *vmx_words_reason(uint32_t reason, char text[WORDS]);
/* The qualification spelled out: "port 020, OUT, 1 byte". Empty: it says nothing. */
const char *vmx_words_qualification(const struct vmx_exit *e, char text[WORDS]);
/* Why the processor did not just go on: the bit of a control, a mask or a bitmap that wants it. */
const char *vmx_words_cause(const struct vmx_exit *e, const uint64_t field[VMCS_FIELDS], char text[2 * WORDS]);

#endif
