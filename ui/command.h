/* SPDX-License-Identifier: MIT */
/* The commands: each takes the words behind its name and returns an exit status. */
#ifndef UI_COMMAND_H
#define UI_COMMAND_H

struct command {
    const char *name, *args, *doc;
    unsigned options;                  /* its bit of enum command_set */
    int (*run)(int argc, char **argv); /* NULL: not built yet */
};

int command_run(int argc, char **argv);
int command_debug(int argc, char **argv);
int command_shell(int argc, char **argv);
int command_lesson(int argc, char **argv);
int command_slides(int argc, char **argv);
int command_equiv(int argc, char **argv);
int command_holes(int argc, char **argv);
int command_isa(int argc, char **argv);
int command_demo(int argc, char **argv);
int command_lab(int argc, char **argv);
int command_grade(int argc, char **argv);
/* --help of one command. */
int command_help(const char *name);

#endif
