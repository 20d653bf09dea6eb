/* SPDX-License-Identifier: MIT */
/* Folders and small files that the grader makes for a job, and takes away again. */
#ifndef GRADE_FOLDER_H
#define GRADE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

enum { FOLDER_ROOM = 4096 };

/* Makes a folder and those above it, for its owner alone. 0, or -1 with errno. */
int folder_make(const char *path);
/* Removes it with all that is in it, links not followed. */
void folder_remove(const char *path);
/* "A/B"; -1 with errno ENAMETOOLONG where that has no room. */
int folder_path(char path[FOLDER_ROOM], const char *a, const char *b);
/* Writes a whole file, so that it is there entirely or not at all. 0, or -1 with errno. */
int folder_write(const char *path, const void *bytes, size_t n);
int folder_copy(const char *from, const char *to);

#endif
