/* SPDX-License-Identifier: MIT */
/* What a command is, and what commands share. A new one is a function and a line in its family's table. */
#ifndef UI_SHELL_COMMAND_H
#define UI_SHELL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "interp/addr.h"
#include "ui/shell/shell.h"

/* What Tab offers for its arguments. */
enum completes {
    COMPLETES_NOTHING,
    COMPLETES_EXPRESSION,
    COMPLETES_STOP, /* an expression, exit REASON, trap VECTOR */
    COMPLETES_ACCESS,
    COMPLETES_INFO,
    COMPLETES_COMMAND,
    COMPLETES_TECHNIQUE,
    COMPLETES_FORECAST,
    COMPLETES_FILE
};

enum command_flag {
    ALIVE = 1,    /* the guest's run must not be over */
    ONCE = 2,     /* an empty line does not repeat it */
    FORMATTED = 4 /* takes /FMT */
};

struct shell_command {
    const char *name;
    const char *shorts; /* other names, which win over prefixes: "si s" */
    const char *args;
    const char *doc;    /* one line */
    const char *source; /* where the SDM or a paper says so; NULL: it is our own business */
    enum completes completes;
    unsigned flags;
    void (*run)(struct shell *sh, const char *args);
};

enum { EXPR_ERROR = 200, WORD = 64, LINE_ROOM = 1024 };

/* The families, each ended by a NULL name. */
extern const struct shell_command commands_running[], commands_points[], commands_looking[], commands_examine[],
    commands_setting[], commands_session[], commands_screen[];
extern const struct shell_command *const command_families[]; /* ended by NULL */
/* The command that a word means: a name, a short form, or the beginning of just one name. NULL after a complaint. */
const struct shell_command *command_find(struct shell *sh, const char *word);
/* The same without a complaint. */
const struct shell_command *command_lookup(const char *word);

/* ---- arguments --------------------------------------------------------------------------------------------------- */

/* Takes a word off the front of *args. False: there is none. */
bool arg_word(const char **args, char word[WORD]);
/* Complains unless nothing is left. */
bool arg_none(struct shell *sh, const char *args);
/* All of it as a number of at least 1; nothing is 1. -1 after a complaint. */
int arg_count(struct shell *sh, const char *args, uint64_t *n);
/* All of it as a value; as an address. -1 after a complaint. */
int arg_value(struct shell *sh, const char *args, int64_t *v);
int arg_address(struct shell *sh, const char *args, gva_t *at);
/* The expression at the front of *args, which is moved behind it. NULL after a complaint. The caller frees it. */
struct expr *arg_expr(struct shell *sh, const char **args);
/* The word's place in a list ended by NULL, by unique prefix; -1: none, or several. */
int arg_choice(const char *const *list, const char *word);

/* ---- between the files ------------------------------------------------------------------------------------------- */

/* Begins a run. */
void shell_run(struct shell *sh, const struct goal *g);
/* After a run: why the guest stands, what its step did, and where it stands now. */
void shell_report(struct shell *sh);
/* "=> ADDRESS <symbol>: instruction". */
void shell_where(struct shell *sh);
/* Draws a view of that name. -1 after a complaint. */
int shell_view(struct shell *sh, const char *name);
void shell_displays(struct shell *sh);
/* What `x` shows; *end: where it ended, or, with -1, where there is no memory. */
int shell_examine(struct shell *sh, const struct format *f, gva_t at, gva_t *end);
/* "00100000 <start>"; without a symbol the address alone. */
const char *shell_place(const struct shell *sh, gva_t at, char *text, size_t room);
enum { PLACE_TEXT = 160 };

/* script.c: lines that wait. */
void script_type(struct shell *sh, const char *line);
/* The next line. False: none waits. `typed`: by somebody, not from a file. */
bool script_next(struct shell *sh, char line[LINE_ROOM], bool *typed);
bool script_waits(const struct shell *sh);
/* "FILE:LINE: " of the line that runs; "" if it was typed. */
const char *script_place(const struct shell *sh, char *text, size_t room);
void script_drop(struct shell *sh);

/* complete.c */
void completion_free(struct completion *c);

#endif
