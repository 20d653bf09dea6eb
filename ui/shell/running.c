/* SPDX-License-Identifier: MIT */
/* Commands that let the guest run. */
#include <inttypes.h>
#include <string.h>

#include "ui/debug/expr.h"
#include "ui/i18n.h"
#include "ui/shell/command.h"

static void counted(struct shell *sh, enum goal_kind kind, const char *args)
{
    struct goal g = {.kind = kind};

    if (!arg_count(sh, args, &g.count))
        shell_run(sh, &g);
}

static void stepi(struct shell *sh, const char *args)
{
    counted(sh, GOAL_STEP, args);
}

static void nexti(struct shell *sh, const char *args)
{
    counted(sh, GOAL_NEXT, args);
}

static void go_on(struct shell *sh, const char *args)
{
    if (arg_none(sh, args))
        shell_run(sh, &(struct goal){.kind = GOAL_RUN});
}

/* gdb writes an address as *ADDRESS here. */
static void until(struct shell *sh, const char *args)
{
    struct goal g = {.kind = GOAL_UNTIL};

    if (!*args)
        shell_bad(sh, "%s", _("until needs an address"));
    else if (!arg_address(sh, args + (*args == '*'), &g.at))
        shell_run(sh, &g);
}

static void finish(struct shell *sh, const char *args)
{
    if (arg_none(sh, args))
        shell_run(sh, &(struct goal){.kind = GOAL_FINISH});
}

static void tick(struct shell *sh, const char *args)
{
    uint64_t now = vm_guest(debug_vm(sh->d))->cpu.t[0];
    struct goal g = {.kind = GOAL_TICK};
    int64_t v;

    if (!*args) {
        shell_bad(sh, "%s", _("tick needs a number of the guest's clock"));
        return;
    }
    if (arg_value(sh, args, &v))
        return;
    g.count = (uint64_t)v;
    if (v < 0 || g.count <= now)
        shell_bad(sh, _("tick %" PRId64 " is past: it is %" PRIu64), v, now);
    else
        shell_run(sh, &g);
}

/* At its first instruction; it is there already when nothing has run. -1 after a complaint. */
static int restart(struct shell *sh)
{
    if (sh->d->report.stand == STAND_START || !debug_restart(sh->d))
        return 0;
    shell_bad(sh, _("%s cannot be started anew"), sh->d->o.word);
    return -1;
}

static void run(struct shell *sh, const char *args)
{
    if (arg_none(sh, args) && !restart(sh))
        shell_run(sh, &(struct goal){.kind = GOAL_RUN});
}

static void start(struct shell *sh, const char *args)
{
    if (arg_none(sh, args) && !restart(sh))
        shell_where(sh);
}

const struct shell_command commands_running[] = {
    {"stepi", "si s", "[N]", N_("one instruction, or N: with all the monitor's work that it takes, which is told"),
     N_("SDM Vol. 3, 17.3.2 \"Single-Stepping\"; there are no source lines, so s is si"), COMPLETES_EXPRESSION, ALIVE,
     stepi},
    {"nexti", "ni n", "[N]", N_("the same, but a CALL, an INT n or a REP counts as one instruction"), NULL,
     COMPLETES_EXPRESSION, ALIVE, nexti},
    {"continue", "c cont", "", N_("runs to the next stop"), NULL, COMPLETES_NOTHING, ALIVE, go_on},
    {"until", "u advance", "ADDR", N_("runs to an address"), NULL, COMPLETES_EXPRESSION, ALIVE, until},
    {"finish", "f fin", "", N_("runs until the current function has returned"), NULL, COMPLETES_NOTHING, ALIVE, finish},
    {"tick", "", "N", N_("runs until tick N of the guest's clock"), NULL, COMPLETES_EXPRESSION, ALIVE, tick},
    {"run", "r", "", N_("runs the guest from its first instruction on, to the next stop; stop points stay"), NULL,
     COMPLETES_NOTHING, ONCE, run},
    {"start", "", "", N_("takes the guest back to its first instruction"), NULL, COMPLETES_NOTHING, ONCE, start},
    {NULL, NULL, NULL, NULL, NULL, COMPLETES_NOTHING, 0, NULL}};
