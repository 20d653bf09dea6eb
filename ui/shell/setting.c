/* SPDX-License-Identifier: MIT */
/* Commands that change the guest: set, key, technique; and predict. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/debug/change.h"
#include "ui/debug/expr.h"
#include "ui/debug/regname.h"
#include "ui/i18n.h"
#include "ui/shell/command.h"
#include "ui/shell/names.h"
#include "vmm/technique.h"

/* ---- set --------------------------------------------------------------------------------------------------------- */

/* "= EXPR". -1 after a complaint. */
static int take_assigned(struct shell *sh, const char *args, int64_t *v)
{
    args += strspn(args, " \t");
    if (*args != '=' || args[1] == '=') {
        shell_bad(sh, "%s", _("set takes PLACE = EXPR"));
        return -1;
    }
    args++;
    return arg_value(sh, args + strspn(args, " \t"), v);
}

static void set_register(struct shell *sh, const char *args)
{
    const char *name = args + 1;
    size_t n = 0;
    const struct reg_name *r;
    char error[EXPR_ERROR];
    int64_t v;

    while (isalnum((unsigned char)name[n]) || name[n] == '.')
        n++;
    r = reg_find(name, n);
    if (strncmp(name, "hw.", 3) == 0)
        shell_bad(sh, "%s", _("what the hardware holds is the monitor's to set: set the guest's"));
    else if (!r)
        shell_bad(sh, _("$%.*s: no such register"), (int)(n < WORD ? n : WORD), name);
    else if (!take_assigned(sh, name + n, &v) && change_register(sh->d, r, v, error, sizeof error))
        shell_bad(sh, "%s", error);
}

static void write_memory(struct shell *sh, gva_t at, uint32_t size, int64_t v)
{
    char error[EXPR_ERROR];
    int64_t bits = 8 * size;

    if (v < -(INT64_C(1) << (bits - 1)) || v >= INT64_C(1) << bits)
        shell_bad(sh, _("overflow: the place has %d bits"), (int)bits);
    else if (change_memory(sh->d, at, &v, size, error, sizeof error))
        shell_bad(sh, "%s", error);
}

static void set_place(struct shell *sh, const char *args)
{
    uint32_t size;
    char error[EXPR_ERROR];
    struct expr *e;
    int64_t v;
    gva_t at;

    e = arg_expr(sh, &args);
    if (!e)
        return;
    if (expr_place(sh->d, e, &at, &size, error, sizeof error))
        shell_bad(sh, "%s", error);
    else if (!take_assigned(sh, args, &v))
        write_memory(sh, at, size, v);
    expr_free(e);
}

static void set(struct shell *sh, const char *args)
{
    const char *rest = args;
    char word[WORD];

    if (arg_word(&rest, word) && (strcmp(word, "var") == 0 || strcmp(word, "variable") == 0))
        args = rest;
    if (!*args)
        shell_bad(sh, "%s", _("set takes PLACE = EXPR"));
    else if (*args == '$')
        set_register(sh, args);
    else
        set_place(sh, args);
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

static void key(struct shell *sh, const char *args)
{
    char word[WORD];

    if (!*args)
        shell_bad(sh, "%s", _("key needs names as of QEMU's sendkey: a, shift-a, ret, spc, f1"));
    while (arg_word(&args, word)) {
        int result = debug_key(sh->d, word);

        if (result)
            shell_bad(sh, result < 0 ? _("%s: there is no such key") : _("%s: the keyboard is full, the key is lost"),
                      word);
        if (result)
            return;
    }
}

static void technique(struct shell *sh, const char *args)
{
    char error[EXPR_ERROR];

    if (!*args) {
        for (unsigned i = 0; techniques[i]; i++) {
            sheet_put(&sh->out, LOOK_LABEL, "%c %s", techniques[i] == sh->d->o.technique ? '*' : ' ',
                      techniques[i]->name);
            sheet_to(&sh->out, 12);
            sheet_line(&sh->out, LOOK_PLAIN, "%s", _(techniques[i]->doc));
        }
        return;
    }
    if (debug_technique(sh->d, args, error, sizeof error))
        shell_bad(sh, "%s", error);
    else
        shell_where(sh);
}

/* "trap #GP": the vector that is said, or -1. False after a complaint. */
static bool take_vector(struct shell *sh, const char *args, int *vector)
{
    char word[WORD];

    *vector = -1;
    if (!arg_word(&args, word))
        return true;
    *vector = vector_number(word);
    if (*vector < 0)
        shell_bad(sh, _("'%s' is no vector: 0 to 255, or a name as #PF"), word);
    return *vector >= 0 && arg_none(sh, args);
}

static void predict(struct shell *sh, const char *args)
{
    static const char *const word[] = {"on", "off", "no-trap", "trap", "hidden", "true", NULL};
    static const enum forecast forecast[] = {[2] = FORECAST_RUNS, FORECAST_TRAPS, FORECAST_HIDDEN, FORECAST_TRUE};
    struct predict *p = &sh->d->predict;
    char said[WORD];
    int i, vector;

    if (arg_word(&args, said)) {
        i = arg_choice(word, said);
        if (i < 0) {
            shell_bad(sh, _("%s: say no-trap, trap, hidden or true, or on or off"), said);
            return;
        }
        if (!take_vector(sh, args, &vector))
            return;
        p->on = i != 1;
        p->said = i > 1 ? forecast[i] : FORECAST_NONE;
        p->vector = vector;
    }
    if (!p->on)
        sheet_line(&sh->out, LOOK_PLAIN, _("Predicting is off. Score: %u of %u."), p->won, p->asked);
    else
        sheet_line(&sh->out, LOOK_PLAIN, _("For the next step you say: %s. Score: %u of %u."), forecast_name(p->said),
                   p->won, p->asked);
}

const struct shell_command commands_setting[] = {
    {"set", "", "$REG = EXPR | *ADDR = EXPR | {u8|u16|u32}ADDR = EXPR",
     N_("changes the guest's registers or memory, under every technique"), NULL, COMPLETES_EXPRESSION, ALIVE, set},
    {"key", "", "NAME...", N_("presses keys of the guest's keyboard, by the names of QEMU's sendkey"), NULL,
     COMPLETES_NOTHING, ALIVE, key},
    {"technique", "mode", "[NAME | next]",
     N_("goes on under another technique, from the guest's canonical state; alone: lists them"), NULL,
     COMPLETES_TECHNIQUE, ONCE, technique},
    {"predict", "", "[no-trap | trap [VECTOR] | hidden | true | on | off]",
     N_("says before a step what it will do to the monitor; a score is kept"),
     N_("Popek and Goldberg 1974: what traps is what makes a machine virtualizable"), COMPLETES_FORECAST, 0, predict},
    {NULL, NULL, NULL, NULL, NULL, COMPLETES_NOTHING, 0, NULL}};
