/* SPDX-License-Identifier: MIT */
/* What several views say in the same words, and what they look at in the same way. */
#ifndef UI_VIEW_WORDS_H
#define UI_VIEW_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "interp/addr.h"
#include "interp/paging.h"
#include "ui/debug/timeline.h"

struct debugger;
struct sheet;

enum { WORDS = 160 }; /* room for any of these texts */

/* Does a monitor stand between guest and hardware, so that there is a shadow? */
bool view_monitored(const struct debugger *d);
/* Has the guest memory of its own, behind a p2m? */
bool view_virtual(const struct debugger *d);

/* Is the guest's state in a VMCS? */
bool view_vmx(const struct debugger *d);

/* "main+0x12", or the number where no symbol is near. */
const char *words_place(const struct debugger *d, uint32_t at, char text[WORDS]);
/* "00100123 main+0x12", or the number alone. */
const char *words_address(const struct debugger *d, uint32_t at, char text[WORDS]);
/* The bits of a directory's or a page table's entry, spelled out: "P RW U A D". */
const char *words_entry(uint32_t entry, char text[WORDS]);

const char *who_name(enum who w);
/* The letter that stands for it in a chart. */
char who_letter(enum who w);

/* A head: labels at columns, then the end of the line. Columns count from 0 and rise. */
struct head {
    int column;
    const char *text; /* not yet translated; NULL ends */
};
void view_head(struct sheet *s, const struct head *h);

#endif
