/* SPDX-License-Identifier: MIT */
/* A guest from its file to its first instruction: what run and demo share, and what the debugger and the shell will. */
#ifndef UI_SESSION_H
#define UI_SESSION_H

#include <stddef.h>

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
/* A VM as the options want it, with the session's disks and nothing in it. NULL: `error` says why. */
struct vm *session_vm(const struct session *s, const struct options *o, char *error, size_t room);
/* Writes the guest's canonical state. 0, or -1: `error` says why. */
int session_save(struct session *s, const char *path, char *error, size_t room);
/* 0, or an exit status after one line on standard error: a disk could not be written to the end. */
int session_close(struct session *s);

#endif
