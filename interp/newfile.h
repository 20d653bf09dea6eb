/* SPDX-License-Identifier: MIT */
/* Files that are written whole or not at all. */
#ifndef INTERP_NEWFILE_H
#define INTERP_NEWFILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * A file that comes into being as PATH.part and takes its name when it is whole: until then what bore the name is
 * there. Links are followed; what is no plain file (a device, a pipe) is written directly.
 */
struct newfile {
    FILE *f; /* to be written */
    char path[PATH_MAX];
    char part[PATH_MAX]; /* empty: directly */
};

/* 0, or errno, and nothing is open. */
int newfile_begin(struct newfile *w, const char *path);
/* `good`: all of it was written, and it is to be kept. 0, or errno. */
int newfile_end(struct newfile *w, bool good);
/* Could it be begun? 0, or errno. Nothing is left behind. */
int newfile_try(const char *path);

#endif
