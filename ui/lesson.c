/* SPDX-License-Identifier: MIT */
/* `ringside lesson`: the list; one of them on the screen, or as text; all of them checked. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ui/command.h"
#include "ui/i18n.h"
#include "ui/lesson/check.h"
#include "ui/lesson/lesson.h"
#include "ui/lesson/print.h"
#include "ui/lesson/progress.h"
#include "ui/options.h"
#include "ui/report.h"
#include "ui/tui/tui.h"

static int no_lessons(void)
{
    return report(STATUS_USAGE, "%s", _("the lessons are not beside this program; run it from where it was built"));
}

static void list_one(const struct lesson *l)
{
    struct progress p;

    progress_read(&p, l->name);
    printf("%2u  %s (%s)\n", l->number, l->title[lesson_language()], l->name);
    printf(_("    %u steps, about %u minutes"), l->steps, l->minutes);
    if (p.answers)
        printf(_("; %u of %u answers were right"), progress_right(&p), p.answers);
    printf("%s\n", p.finished ? _("; finished") : *p.at ? _("; begun") : "");
}

static int list(void)
{
    char folder[LESSONS_MAX][LESSON_NAME], error[LESSON_ERROR];
    int n = lessons_list(folder), status = STATUS_OK;
    struct lesson l;

    if (n <= 0)
        return no_lessons();
    for (int i = 0; i < n; i++) {
        if (lesson_open(&l, folder[i], error, sizeof error)) { /* the others can be played all the same */
            status = report(STATUS_USAGE, "%s: %s", folder[i], error);
            continue;
        }
        list_one(&l);
        lesson_close(&l);
    }
    printf("%s\n", _("ringside lesson N plays one, ringside lesson N --text prints it"));
    return status;
}

static int check(const struct options *o)
{
    char folder[LESSONS_MAX][LESSON_NAME];
    int n, status = STATUS_OK;

    if (o->word_count > 1)
        return lesson_check(o->words[1], o);
    n = lessons_list(folder);
    if (n <= 0)
        return no_lessons();
    for (int i = 0; i < n; i++)
        if (lesson_check(folder[i], o))
            status = STATUS_FAILED;
    return status;
}

int command_lesson(int argc, char **argv)
{
    static struct options o; /* a plug-in that it names stays loaded to the end */
    bool checks;

    if (options_parse(&o, FOR_LESSON, argc, argv))
        return STATUS_USAGE;
    if (o.help)
        return command_help("lesson");
    if (!o.word_count)
        return list();
    checks = strcmp(o.words[0], "check") == 0;
    if (o.word_count > (checks ? 2u : 1u))
        return report(STATUS_USAGE, _("%s: one argument too many"), o.words[checks ? 2 : 1]);
    if (checks)
        return check(&o);
    return o.text ? lesson_print(o.words[0], &o) : tui_lesson(o.words[0], &o);
}
