/* SPDX-License-Identifier: MIT */
/*
 * The shell. A line is a row of pipelines, a pipeline a row of commands, a command words and redirections:
 *
 *      line      pipeline { ; | & | && | || pipeline }
 *      pipeline  command { | command }
 *      command   { WORD | < WORD | > WORD | >> WORD }
 *
 * Words are parted by blanks. '...' keeps all as it stands, "..." all but $ and \, \ the next character; $? is how the last
 * pipeline ended. # begins a comment. Line editing is the terminal's.
 */
#ifndef BANTAM_SH_H
#define BANTAM_SH_H

#include "guests/bantam/user/libc/libc.h"

enum { LINE_MAX = 512, COMMANDS_MAX = 8 };

struct command {
    int argc;
    char *argv[ARGS_MAX + 1];
    const char *in, *out; /* NULL: as the shell's */
    bool append;
};

enum joint { JOINT_END, JOINT_THEN, JOINT_BACKGROUND, JOINT_AND, JOINT_OR };

struct pipeline {
    int count;
    struct command command[COMMANDS_MAX];
    enum joint joint;        /* what stands behind it */
    char text[2 * LINE_MAX]; /* where its words lie */
    unsigned used;
};

/* parse.c: the pipeline at *line, which moves on. 1; 0 where there is none any more; -1 if it is none, which was said. */
int parse(const char **line, int last, struct pipeline *p);

/* run.c: how it ended: an exit status, or 128 + vector of what killed it. */
int run(struct pipeline *p, int last);

/* builtin.c: what the shell does itself. False: nothing of that name. */
bool builtin(const struct command *c, int *status);

#endif
