/* SPDX-License-Identifier: MIT */
/*
 * Running what a student wrote. Outermost bubblewrap, where it works; in it the launcher (grade/launcher/), which limits
 * files (Landlock), system calls (seccomp), rights (a user of its own, where we are root) and use (rlimits), and then
 * becomes the compiler or the student's program. What is in force is a tier; it is tried out before it is relied upon.
 */
#ifndef GRADE_SANDBOX_H
#define GRADE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tier {
    bool bubblewrap, landlock, seccomp, user;
};

struct sandbox {
    const char *launcher; /* the program */
    struct tier tier;
};

/*
 * Finds the best tier that works, trying it out in `dir`, a folder of our own. RINGSIDE_SANDBOX, a list of words of
 * sandbox_name(), narrows the choice.
 */
void sandbox_find(struct sandbox *s, const char *launcher, const char *dir);
/* Files and system calls are both confined. */
bool sandbox_holds(const struct sandbox *s);
/* "bubblewrap+landlock+seccomp+user+limits", or fewer of them; "limits" at least. */
void sandbox_name(const struct sandbox *s, char *text, size_t room);

struct confined {
    bool run; /* the student's program, not the compiler */
    const char *dir;
    char *const *argv;
    const char *output; /* file in `dir`: standard output and standard error */
    int socket;         /* becomes LAB_SOCKET; -1: none */
    unsigned slot;      /* of this grader's jobs: each has a user of its own */
};

/* Starts it as the leader of a process group. -1: no process. */
pid_t sandbox_start(const struct sandbox *s, const struct confined *c);
/* Has the leader ended? It is left for sandbox_end() to bury, so that its group's number stays its own. */
bool sandbox_ended(pid_t pid);
/* Ends the group, and returns what waitpid() said of its leader, who may have ended before. */
int sandbox_end(pid_t pid);
/* The folder becomes the slot's user's, so that it can be written to. */
int sandbox_give(const struct sandbox *s, const char *dir, unsigned slot);

#endif
