/* SPDX-License-Identifier: MIT */
/*
 * A walk, taken apart into micro-steps. They fill a table, cell by cell:
 *
 *                   guest: gva -> gpa     p2m: gpa -> hpa       shadow: gva -> hpa
 *      CR3          1                                           8
 *      directory    3 entry as read       2 where it lies       9
 *      page table   5                     4                     10
 *      page         6                     7                     11
 *
 * With nested paging the second column is EPT's, four references a cell, and there is no third. Then come the TLB (12) and
 * the verdict (13). What does not exist is left out: in native p2m and shadow, in emulate the shadow, in a 4 MiB page the page
 * table, after a refusal what would follow.
 */
#ifndef UI_VIEW_WALK_H
#define UI_VIEW_WALK_H

#include <stdbool.h>

#include "ui/debug/facts.h"
#include "ui/view/words.h"

struct debugger;

enum walk_level { LEVEL_ROOT, LEVEL_DIRECTORY, LEVEL_TABLE, LEVEL_PAGE, LEVELS };
enum walk_column { COLUMN_GUEST, COLUMN_P2M, COLUMN_SHADOW, COLUMNS };

struct walk_cell {
    unsigned step; /* at which it is filled; 0: never */
    char value[32];
    char note[WORDS];
    bool bad; /* here the walk ends */
};

struct walk_picture {
    struct facts facts;
    struct walk_cell cell[LEVELS][COLUMNS];
    unsigned steps; /* all of them: the TLB's is the last but one, the verdict the last */
};

void walk_picture_make(const struct debugger *d, struct walk_picture *p);
/* What becomes of the access, in a sentence or two. */
const char *walk_verdict(const struct debugger *d, const struct walk_picture *p, char *text, size_t room);

#endif
