/* SPDX-License-Identifier: MIT */
/* A lesson on the screen: its page beside the live machine. Keys are the command `lesson`, as all keys are commands. */
#include "ui/lesson/play.h"

#include <stdlib.h>
#include <string.h>

#include "ui/i18n.h"
#include "ui/report.h"
#include "ui/tui/term.h"
#include "ui/tui/tui.h"

/* A page is turned whatever the guest does. */
static void turn(struct tui *t, const char *command)
{
    shell_interrupt(t->shell);
    tui_command(t, command, true);
}

bool tui_lesson_key(struct tui *t, int key)
{
    switch (key) {
    case KEY_F_ + 5: turn(t, "lesson back"); return true;
    case KEY_F_ + 6: turn(t, "lesson next"); return true;
    case KEY_F_ + 7: prompt_open(&t->prompt, PROMPT_COMMAND, "lesson answer "); return true;
    case KEY_F_ + 8: turn(t, "lesson again"); return true;
    default: return false;
    }
}

static int take_command(struct shell *sh, const char *words, char says[SHELL_SAYS])
{
    struct tui *t = sh->ctx;

    return lesson_play_command(t->play, words, says, SHELL_SAYS) ? 0 : -1;
}

void tui_lesson_work(struct tui *t)
{
    t->shell->lesson = take_command;
    if (!lesson_play_work(t->play))
        return;
    t->said = 0;
    t->overlay.shown = t->zoomed = false;
    t->page = PAGES;
    t->focus = "lesson";
    pane_home(tui_pane(t, "lesson"));
    if (*t->play->trouble)
        tui_note(t, LOOK_BAD, "%s", t->play->trouble);
}

/* What a lesson stands on. */
struct base {
    struct debugger d;
    struct shell shell;
    struct lesson_play play;
};

static int run(struct base *b, const char *word, const struct options *said)
{
    char error[LESSON_ERROR];
    int status;

    if (lesson_play_open(&b->play, word, said, error, sizeof error))
        return report(STATUS_USAGE, "%s", error);
    b->play.stage.d = &b->d;
    b->play.stage.sh = &b->shell;
    b->d.lesson = &b->play;
    if (stage_open(&b->play.stage, &b->play.lesson.step[0], error, sizeof error)) {
        lesson_play_close(&b->play);
        return report(STATUS_USAGE, "%s", error);
    }
    shell_init(&b->shell, &b->d);
    status = tui_play(&b->d, &b->shell, &b->play, NULL);
    shell_free(&b->shell);
    debug_close(&b->d);
    lesson_play_close(&b->play);
    return status;
}

int tui_lesson(const char *word, const struct options *said)
{
    struct base *b = calloc(1, sizeof *b);
    int status = b ? run(b, word, said) : report(STATUS_FAILED, "%s", _("out of memory"));

    free(b);
    return status;
}
