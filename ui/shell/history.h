/* SPDX-License-Identifier: MIT */
#ifndef UI_SHELL_HISTORY_H
#define UI_SHELL_HISTORY_H

#include <stddef.h>

/*
 * Where the lines of earlier sessions are: ringside/history in the XDG state folder (XDG Base Directory Specification),
 * made if need be, for nobody else to read. 0, or -1: it cannot be, or is not a file of ours.
 */
int history_path(char *path, size_t room);

#endif
