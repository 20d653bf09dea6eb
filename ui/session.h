/* SPDX-License-Identifier: MIT */
/* A guest from its file to its first instruction: what run and demo share, and what the debugger and the shell will. */
#ifndef UI_SESSION_H
#define UI_SESSION_H

#include <stddef.h>

#include "ui/options.h"

struct disk;
struct keys;
struct symbols;
struct vm;

struct session {
    struct vm *vm;
    struct symbols *symbols; /* NULL: none */
    struct disk *disk[DISKS_MAX];
    uint64_t guest; /* statefile_guest() of its image */
    uint64_t input; /* tick up to which keys have been pressed in the state that was loaded; else 0 */
};

/* Loads and boots options.word, or restores --load. 0, or an exit status after one line on standard error. */
int session_open(struct session *s, const struct options *o);
/* The same once more in place of `s`, which stays as it is after an error. Files that are its disks stay open. */
int session_renew(struct session *s, const struct options *o);
/* A second guest in the state of the first, with options of its own. 0, or an exit status after one line as above. */
int session_copy(struct session *to, const struct session *from, const struct keys *keys, const struct options *o);
/* Writes the guest's canonical state. 0, or -1: `error` says why. `k` may be empty. */
int session_save(struct session *s, const struct keys *k, const char *path, char *error, size_t room);
/* 0, or an exit status after one line on standard error: a disk could not be written to the end. */
int session_close(struct session *s);

#endif
