/* SPDX-License-Identifier: MIT */
#include "ui/shell/shell.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/debug/expr.h"
#include "ui/i18n.h"
#include "ui/shell/command.h"

enum { COMPLAINT = 1024, DEFAULT_WIDTH = 80 };

void shell_init(struct shell *sh, struct debugger *d)
{
    *sh = (struct shell){.d = d, .width = DEFAULT_WIDTH, .ascii = d->o.ascii};
}

void shell_free(struct shell *sh)
{
    script_drop(sh);
    sheet_free(&sh->out);
    for (unsigned i = 0; i < DISPLAYS_MAX; i++)
        expr_free(sh->display[i].expr);
    completion_free(sh->completion);
    free(sh->last);
    *sh = (struct shell){.d = NULL};
}

/* A complaint may hold what somebody typed, or a file has: no terminal gets its control bytes. */
static void defuse(char *text)
{
    for (char *p = text; *p; p++)
        if (iscntrl((unsigned char)*p))
            *p = '?';
}

void shell_bad(struct shell *sh, const char *fmt, ...)
{
    char text[COMPLAINT];
    size_t n = strlen(script_place(sh, text, sizeof text));
    va_list args;

    sh->bad = true;
    va_start(args, fmt);
    (void)vsnprintf(text + n, sizeof text - n, fmt, args);
    va_end(args);
    defuse(text);
    if (sh->complain)
        sh->complain(sh, text);
    else
        sheet_line(&sh->out, LOOK_BAD, "%s", text);
}

void shell_run(struct shell *sh, const struct goal *g)
{
    if (debug_start(sh->d, g))
        shell_bad(sh, "%s", _("the guest's run is over: `run` begins anew"));
    else
        sh->ran = true;
}

/* ---- one line ---------------------------------------------------------------------------------------------------- */

/* The word at the start of a line, letters and '-' alone; returns what follows. */
static const char *command_word(const char *line, char word[WORD])
{
    size_t n = 0;

    while (isalnum((unsigned char)line[n]) || line[n] == '-' || line[n] == '_')
        n++;
    (void)snprintf(word, WORD, "%.*s", (int)n, line);
    return line + n;
}

static void execute(struct shell *sh, const char *line)
{
    char word[WORD];
    const char *args = command_word(line, word);
    const struct shell_command *c;

    if (!*word) {
        shell_bad(sh, _("'%s' is no command (`help` lists them)"), line);
        return;
    }
    c = command_find(sh, word);
    if (!c)
        return;
    if (c->flags & ONCE) {
        free(sh->last);
        sh->last = NULL;
    }
    if (*args == '/' && !(c->flags & FORMATTED))
        shell_bad(sh, _("%s takes no format"), c->name);
    else if ((c->flags & ALIVE) && debug_ended(sh->d))
        shell_bad(sh, "%s", _("the guest's run is over: `run` begins anew"));
    else
        c->run(sh, args + strspn(args, " \t"));
}

/* What was typed can be repeated; from a file, empty lines and comments are nothing. */
static void execute_line(struct shell *sh, char *line, bool typed)
{
    char *start = line + strspn(line, " \t"), *end = start + strlen(start);

    while (end > start && isspace((unsigned char)end[-1]))
        *--end = '\0';
    sh->again = typed && !*start;
    if (*start == '#' || (!*start && (!typed || !sh->last)))
        return;
    if (typed && *start) {
        free(sh->last);
        sh->last = strdup(start);
    }
    if (*start) {
        execute(sh, start);
    } else {
        (void)snprintf(line, LINE_ROOM, "%s", sh->last);
        execute(sh, line);
    }
}

/* ---- the interface ----------------------------------------------------------------------------------------------- */

void shell_submit(struct shell *sh, const char *line)
{
    script_type(sh, line);
}

bool shell_advance(struct shell *sh, uint64_t ns)
{
    char line[LINE_ROOM];
    bool typed, more;

    if (debug_running(sh->d) && debug_advance(sh->d, ns))
        return true;
    if (sh->ran) {
        sh->ran = false;
        shell_report(sh);
    } else if (!sh->quit && script_next(sh, line, &typed)) {
        execute_line(sh, line, typed);
    }
    more = !sh->quit && (sh->ran || debug_running(sh->d) || script_waits(sh));
    if (!more) /* what comes next is not part of these scripts */
        script_drop(sh);
    return more;
}

void shell_interrupt(struct shell *sh)
{
    script_drop(sh);
    if (debug_running(sh->d))
        debug_interrupt(sh->d);
}
