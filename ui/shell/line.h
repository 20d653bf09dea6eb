/* SPDX-License-Identifier: MIT */
/*
 * Lines that a person types, or that come through a pipe. One of two files is behind it: readline, or, without it
 * (make READLINE=no), the terminal's own line editing.
 */
#ifndef UI_SHELL_LINE_H
#define UI_SHELL_LINE_H

#include <stdbool.h>

struct shell;

/* Signals that have come since the program looked last. */
bool line_interrupted(void); /* Ctrl-C; forgets it */
int line_ended(void);        /* SIGTERM or SIGHUP: its number, or 0 */
void line_catch_signals(void);

/* Does somebody type here, so that a prompt and editing make sense? */
bool line_is_typed(void);
/* Columns of the terminal on standard output; 80 where there is none. */
int line_width(void);
/* Before the first line: history, completion. After the last one: the history is kept. */
void line_open(struct shell *sh);
void line_close(void);
/* The next line, malloc'ed, without its newline; NULL: there is none any more. Ctrl-C clears the line. */
char *line_read(const char *prompt);

#endif
