/* SPDX-License-Identifier: MIT */
/*
 * The seam's message back end: a student's program in a process of its own, asked over a socket. It may be hostile:
 * whatever it sends, or does not send, ends in a complaint of its own test.
 */
#ifndef GRADE_REMOTE_H
#define GRADE_REMOTE_H

#include <stdbool.h>
#include <sys/types.h>

#include "vmm/seam.h"

struct confined;
struct sandbox;

struct remote {
    struct seam seam; /* the first member: what the judge gets */
    pid_t leader;     /* of the process group; 0: ended */
    pid_t worker;     /* who sends, as the kernel says; 0: nobody yet */
    int socket;
    bool introduced, ready;
    bool fault; /* of the grader, not of the program */
    uint64_t calls;
};

/* 0, or -1: no process. `k->socket` is chosen here. */
int remote_open(struct remote *r, const struct sandbox *s, const struct confined *k);
/* The same end of a conversation on a socket that is there already, for tests. */
void remote_attach(struct remote *r, int socket);
void remote_close(struct remote *r);

#endif
