/* SPDX-License-Identifier: MIT */
/* Commands about the session: source, save, echo, help, quit. */
#include <stdio.h>
#include <string.h>

#include "ui/i18n.h"
#include "ui/session.h"
#include "ui/shell/command.h"

enum { HELP_COLUMN = 16, SAVE_ERROR = 512 };

static void source(struct shell *sh, const char *args)
{
    if (!*args)
        shell_bad(sh, "%s", _("source needs a file"));
    else
        (void)shell_source(sh, args);
}

static void save(struct shell *sh, const char *args)
{
    char error[SAVE_ERROR];

    if (!*args)
        shell_bad(sh, "%s", _("save needs a file"));
    else if (session_save(&sh->d->s, &sh->d->keys, args, error, sizeof error))
        shell_bad(sh, "%s: %s", args, error);
}

static void echo(struct shell *sh, const char *args)
{
    sheet_line(&sh->out, LOOK_PLAIN, "%s", args);
}

static void quit(struct shell *sh, const char *args)
{
    if (arg_none(sh, args))
        sh->quit = true;
}

static void list_commands(struct shell *sh)
{
    for (unsigned f = 0; command_families[f]; f++)
        for (const struct shell_command *c = command_families[f]; c->name; c++) {
            sheet_put(&sh->out, LOOK_LABEL, "%s", c->name);
            sheet_hang(&sh->out, LOOK_PLAIN, HELP_COLUMN, sh->width, _(c->doc));
        }
    sheet_wrap(
        &sh->out, LOOK_PLAIN, sh->width,
        _("`help COMMAND` says more. A command may be cut short as long as it is clear; an empty line repeats the "
          "last one; # begins a comment."));
}

static void help(struct shell *sh, const char *args)
{
    const struct shell_command *c;
    char word[WORD];

    if (!arg_word(&args, word)) {
        list_commands(sh);
        return;
    }
    c = command_find(sh, word);
    if (!c)
        return;
    sheet_line(&sh->out, LOOK_LABEL, "%s%s%s", c->name, *c->args ? " " : "", c->args);
    if (*c->shorts)
        sheet_line(&sh->out, LOOK_PLAIN, _("short: %s"), c->shorts);
    sheet_wrap(&sh->out, LOOK_PLAIN, sh->width, _(c->doc));
    if (c->source)
        sheet_wrap(&sh->out, LOOK_FAINT, sh->width, _(c->source));
}

const struct shell_command commands_session[] = {
    {"source", "", "FILE", N_("runs the commands in a file"), NULL, COMPLETES_FILE, ONCE, source},
    {"save", "", "FILE", N_("saves the guest's canonical state, for --load"), NULL, COMPLETES_FILE, ONCE, save},
    {"echo", "", "TEXT", N_("says it"), NULL, COMPLETES_NOTHING, 0, echo},
    {"help", "h", "[COMMAND]", N_("says what commands there are, and what one does"), NULL, COMPLETES_COMMAND, 0, help},
    {"quit", "q exit", "", N_("ends the session"), NULL, COMPLETES_NOTHING, ONCE, quit},
    {NULL, NULL, NULL, NULL, NULL, COMPLETES_NOTHING, 0, NULL}};
