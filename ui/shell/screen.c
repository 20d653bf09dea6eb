/* SPDX-License-Identifier: MIT */
/* Commands of the screen: a face does them, if it can. */
#include "ui/i18n.h"
#include "ui/shell/command.h"

static void run_shot(struct shell *sh, const char *args)
{
    char says[SHELL_SAYS];

    if (!sh->shot)
        shell_bad(sh, "%s", _("shot: nobody here can draw"));
    else if (sh->shot(sh, args, says))
        shell_bad(sh, "%s", says);
    else
        sheet_line(&sh->out, LOOK_PLAIN, "%s", says);
}

static void run_pane(struct shell *sh, const char *args)
{
    if (!sh->pane)
        shell_bad(sh, "%s", _("pane: panes are the screen's (`ringside debug`); `info NAME` shows the same as text"));
    else if (sh->pane(sh, args))
        shell_bad(sh, _("pane: there is no pane '%s'"), args);
}

static void run_lesson(struct shell *sh, const char *args)
{
    char says[SHELL_SAYS] = "";

    if (!sh->lesson)
        shell_bad(sh, "%s", _("lesson: none is being played; `ringside lesson` lists them"));
    else if (sh->lesson(sh, args, says))
        shell_bad(sh, "%s", says);
}

/* clang-format off */
const struct shell_command commands_screen[] = {
    {"shot", "", "FILE.svg [WIDTHxHEIGHT [PAGE]]", N_("the screen as a picture; a size is needed where there is no screen"),
     NULL, COMPLETES_FILE, ONCE, run_shot},
    {"pane", "", "NAME", N_("bring the pane of that name to the screen"), NULL, COMPLETES_INFO, ONCE, run_pane},
    {"lesson", "", "next | back | again | answer X", N_("turns the pages of the lesson that is being played, answers its question"),
     NULL, COMPLETES_NOTHING, ONCE, run_lesson},
    {0}};
/* clang-format on */
