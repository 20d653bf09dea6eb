/* SPDX-License-Identifier: MIT */
/* All commands, how their names are found, and how their arguments are read. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/debug/expr.h"
#include "ui/i18n.h"
#include "ui/shell/command.h"

const struct shell_command *const command_families[] = {
    commands_running, commands_points,  commands_looking, commands_examine,
    commands_setting, commands_session, commands_screen,  NULL};

/* Is the word one of a command's short forms? */
static bool has_short(const struct shell_command *c, const char *word)
{
    size_t n = strlen(word);

    for (const char *s = c->shorts; *s; s += strspn(s, " ")) {
        size_t size = strcspn(s, " ");

        if (size == n && strncmp(s, word, n) == 0)
            return true;
        s += size;
    }
    return false;
}

/* Names and short forms come first; then beginnings, of which `count` says how many there are. */
static const struct shell_command *match(const char *word, unsigned *count)
{
    const struct shell_command *found = NULL;

    *count = 0;
    for (unsigned f = 0; command_families[f]; f++)
        for (const struct shell_command *c = command_families[f]; c->name; c++) {
            if (strcmp(c->name, word) == 0 || has_short(c, word)) {
                *count = 1;
                return c;
            }
            if (strncmp(c->name, word, strlen(word)) == 0) {
                found = c;
                ++*count;
            }
        }
    return found;
}

const struct shell_command *command_lookup(const char *word)
{
    unsigned count;
    const struct shell_command *c = match(word, &count);

    return count == 1 ? c : NULL;
}

/* "disable disassemble display" */
static void candidates(const char *word, char *text, size_t room)
{
    size_t n = 0;

    text[0] = '\0';
    for (unsigned f = 0; command_families[f]; f++)
        for (const struct shell_command *c = command_families[f]; c->name; c++)
            if (strncmp(c->name, word, strlen(word)) == 0 && n + strlen(c->name) + 2 < room)
                n += (size_t)snprintf(text + n, room - n, "%s%s", n ? " " : "", c->name);
}

const struct shell_command *command_find(struct shell *sh, const char *word)
{
    unsigned count;
    const struct shell_command *c = match(word, &count);
    char names[200];

    if (count == 1)
        return c;
    candidates(word, names, sizeof names);
    if (count)
        shell_bad(sh, _("%s is not clear: %s"), word, names);
    else
        shell_bad(sh, _("%s: no such command (`help` lists them)"), word);
    return NULL;
}

/* ---- arguments --------------------------------------------------------------------------------------------------- */

bool arg_word(const char **args, char word[WORD])
{
    size_t n;

    *args += strspn(*args, " \t");
    n = strcspn(*args, " \t");
    (void)snprintf(word, WORD, "%.*s", (int)(n < WORD ? n : WORD), *args);
    *args += n;
    *args += strspn(*args, " \t");
    return n != 0;
}

bool arg_none(struct shell *sh, const char *args)
{
    args += strspn(args, " \t");
    if (*args)
        shell_bad(sh, _("'%s' is one argument too many"), args);
    return !*args;
}

int arg_value(struct shell *sh, const char *args, int64_t *v)
{
    char error[EXPR_ERROR];

    if (!expr_eval(sh->d, args, v, error, sizeof error))
        return 0;
    shell_bad(sh, "%s", error);
    return -1;
}

int arg_count(struct shell *sh, const char *args, uint64_t *n)
{
    int64_t v = 1;

    if (*args && arg_value(sh, args, &v))
        return -1;
    *n = (uint64_t)v;
    if (v > 0)
        return 0;
    shell_bad(sh, _("%" PRId64 " is no count"), v);
    return -1;
}

struct expr *arg_expr(struct shell *sh, const char **args)
{
    char error[EXPR_ERROR];
    struct expr *e = expr_parse(sh->d, *args, args, error, sizeof error);

    if (!e)
        shell_bad(sh, "%s", error);
    return e;
}

int arg_address(struct shell *sh, const char *args, gva_t *at)
{
    char error[EXPR_ERROR];
    struct expr *e = expr_parse(sh->d, args, NULL, error, sizeof error);
    int result = e ? expr_address(sh->d, e, at, error, sizeof error) : -1;

    expr_free(e);
    if (result)
        shell_bad(sh, "%s", error);
    return result;
}

int arg_choice(const char *const *list, const char *word)
{
    int found = -1;

    for (int i = 0; list[i]; i++) {
        if (strcmp(list[i], word) == 0)
            return i;
        if (strncmp(list[i], word, strlen(word)) == 0)
            found = found == -1 ? i : -2;
    }
    return found < 0 ? -1 : found;
}
