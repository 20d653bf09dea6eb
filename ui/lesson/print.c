/* SPDX-License-Identifier: MIT */
/* A lesson as text, its numbers filled from the run. */
#include "ui/lesson/print.h"

#include <stdio.h>
#include <stdlib.h>

#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/lesson/markdown.h"
#include "ui/lesson/page.h"
#include "ui/lesson/play.h"
#include "ui/report.h"
#include "ui/shell/shell.h"

enum { WIDTH = 80 };

struct printing {
    struct lesson_play p;
    struct debugger d;
    struct shell sh;
    struct sheet out;
};

static void show(struct printing *k)
{
    sheet_print(&k->out, 0, stdout);
    sheet_clear(&k->out);
}

static void lines(struct printing *k, const char *list, const char *title)
{
    const char *line;
    char item[LESSON_ERROR];

    sheet_line(&k->out, LOOK_LABEL, "%s", title);
    for (int i = 0; (line = lesson_line(&k->p.lesson, list, k->p.lang, i)); i++) {
        (void)snprintf(item, sizeof item, "- %s", line);
        markdown_draw(&k->out, WIDTH, item);
    }
    sheet_end(&k->out);
}

static void head(struct printing *k)
{
    const struct lesson *l = &k->p.lesson;

    sheet_line(&k->out, LOOK_LABEL, "%u  %s", l->number, l->title[k->p.lang]);
    sheet_line(&k->out, LOOK_PLAIN, _("%u steps, about %u minutes"), l->steps, l->minutes);
    sheet_end(&k->out);
    lines(k, "objectives", _("You will be able to"));
    lines(k, "prerequisites", _("What you need for it:"));
    markdown_draw(&k->out, WIDTH, l->intro[k->p.lang]);
}

static void page(struct printing *k, unsigned step, enum phase phase)
{
    lesson_play_enter(&k->p, step, phase);
    if (phase == BEFORE) {
        sheet_end(&k->out);
        page_heading(&k->p, WIDTH, &k->out);
    }
    if (phase == AFTER && !*k->p.trouble)
        page_verdict(&k->p, WIDTH, &k->out);
    page_text(&k->p, WIDTH, &k->out);
    show(k);
}

static int print(struct printing *k)
{
    bool failed = false;

    head(k);
    for (unsigned i = 0; i < k->p.lesson.steps; i++)
        for (enum phase phase = BEFORE; phase < PHASES; phase++) {
            page(k, i, phase);
            failed |= *k->p.trouble != '\0';
        }
    sheet_end(&k->out);
    sheet_line(&k->out, LOOK_LABEL, "%s", _("Sources"));
    markdown_draw(&k->out, WIDTH, k->p.lesson.sources[k->p.lang]);
    show(k);
    return failed ? STATUS_FAILED : STATUS_OK;
}

int lesson_print(const char *word, const struct options *said)
{
    struct printing *k = calloc(1, sizeof *k);
    char error[LESSON_ERROR];
    int status;

    if (!k)
        return report(STATUS_FAILED, "%s", _("out of memory"));
    if (lesson_play_open(&k->p, word, said, error, sizeof error)) {
        free(k);
        return report(STATUS_USAGE, "%s", error);
    }
    shell_init(&k->sh, &k->d);
    k->p.stage.d = &k->d;
    k->p.stage.sh = &k->sh;
    status = print(k);
    lesson_play_close(&k->p);
    sheet_free(&k->out);
    shell_free(&k->sh);
    debug_close(&k->d);
    free(k);
    return status;
}
