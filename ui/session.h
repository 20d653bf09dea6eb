/* SPDX-License-Identifier: MIT */
/* A guest from its file to its first instruction: what run and demo share, and what the debugger and the shell will. */
#ifndef UI_SESSION_H
#define UI_SESSION_H

#include "ui/options.h"

struct disk;
struct symbols;
struct vm;

struct session {
    struct vm *vm;
    struct symbols *symbols; /* NULL: none */
    struct disk *disk[DISKS_MAX];
};

/* Loads and boots options.word, or restores --load. 0, or an exit status after one line on standard error. */
int session_open(struct session *s, const struct options *o);
/* Writes the guest's canonical state. 0, or an exit status after one line on standard error. */
int session_save(struct session *s, const char *path);
/* 0, or an exit status after one line on standard error: a disk could not be written to the end. */
int session_close(struct session *s);

#endif
