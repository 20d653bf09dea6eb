/* SPDX-License-Identifier: MIT */
/* Where the program's own files are: beside the program, wherever it was called from. */
#ifndef UI_PLACE_H
#define UI_PLACE_H

enum { PLACE_ROOM = 4096 };

/* To be called first, with argv[0]. */
void place_init(const char *program);
/* The path of `name` in the build folder that the program lies in. 0, or -1 when there is no such file. */
int place_of(const char *name, char path[PLACE_ROOM]);

#endif
