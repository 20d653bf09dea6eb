/* SPDX-License-Identifier: MIT */
/*
 * The commands over a debugger, without a face. Lines are queued; shell_advance() runs the next one, or a slice of the run
 * that the last one began. What they have to say is appended to `out`; a face shows it.
 *
 *      shell_submit(sh, "c");  while (shell_advance(sh, ns)) look at keys;  show sh->out
 */
#ifndef UI_SHELL_SHELL_H
#define UI_SHELL_SHELL_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/addr.h"
#include "ui/debug/debugger.h"
#include "ui/sheet.h"
#include "ui/shell/format.h"

struct expr;

/* What is shown after every stop. */
struct display {
    unsigned number; /* 0: the slot is free */
    struct format format;
    struct expr *expr; /* owned */
    char text[STOP_TEXT];
};

enum { SHELL_SAYS = 256 };

struct shell {
    struct debugger *d;
    struct sheet out;
    int width; /* columns that its text may take */
    bool ascii;
    bool quit;             /* `quit` was said */
    bool bad;              /* some command was bad: exit status 2 of -x */
    struct script *script; /* lines that wait (source, -x), the innermost file first */
    char *last;            /* the last command, which an empty line repeats; NULL: none */
    bool again;            /* the command that runs is such a repetition */
    bool ran;              /* the last command began a run, whose report is still to be said */

    struct display display[DISPLAYS_MAX];
    unsigned displays; /* number given last */
    struct {
        struct format format; /* of the last `x` */
        gva_t next;           /* where it ended */
    } examine;
    unsigned asked;                /* predictions whose outcome has been told */
    struct completion *completion; /* what shell_complete() has found */

    /* What a face does for the commands `shot`, `lesson` and `pane`: 0, or -1. NULL: it cannot. */
    int (*shot)(struct shell *sh, const char *words, char says[SHELL_SAYS]);
    int (*lesson)(struct shell *sh, const char *words, char says[SHELL_SAYS]);
    int (*pane)(struct shell *sh, const char *view);
    /* How a face says what was wrong with a command. NULL: a line in `out` does. */
    void (*complain)(struct shell *sh, const char *line);
    void *ctx; /* the face's own */
};

void shell_init(struct shell *sh, struct debugger *d);
void shell_free(struct shell *sh);
/* A line that somebody typed. An empty one repeats the last. */
void shell_submit(struct shell *sh, const char *line);
/* Lines of a file. 0, or -1 after a complaint. */
int shell_source(struct shell *sh, const char *path);
/* True: there is more to do (a run goes on, or lines wait). */
bool shell_advance(struct shell *sh, uint64_t ns);
/* Ctrl-C: the run stops, and lines that wait are dropped. */
void shell_interrupt(struct shell *sh);
/* What could stand at the end of `line`: the n-th completion of its last word (malloc'ed), or NULL. */
char *shell_complete(struct shell *sh, const char *line, unsigned n);
/* A command was bad: one line says what, with the place in its file if it stands in one. */
void shell_bad(struct shell *sh, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
