/* SPDX-License-Identifier: MIT */
/* The page that is open, on a sheet: the screen's pane, `info lesson`, and what --text prints. */
#include "ui/lesson/page.h"

#include <inttypes.h>
#include <stdio.h>

#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/lesson/fill.h"
#include "ui/lesson/markdown.h"
#include "ui/lesson/play.h"
#include "ui/sheet.h"
#include "ui/view/view.h"

enum { INSTRUCTION = 128, LINE = 400 };

static void draw_points(const struct lesson_play *p, struct sheet *s)
{
    char text[INSTRUCTION];

    for (unsigned i = 0; p->phase == BEFORE && i < p->points.count; i++) {
        sheet_put(s, LOOK_LABEL, "%u  ", i + 1);
        sheet_line(s, LOOK_PLAIN, "%08" PRIx32 "  %s", p->points.at[i],
                   fill_instruction(p->stage.d, p->points.at[i], text, sizeof text));
    }
    if (p->phase == BEFORE && p->points.count)
        sheet_end(s);
}

/* An answer, as its kind of question has it. */
static const char *answer_text(const struct lesson_play *p, const struct answer *a, char text[LINE])
{
    char insn[INSTRUCTION];

    switch (lesson_play_step(p)->kind) {
    case QUESTION_CHOICE: (void)snprintf(text, LINE, "(%s)", a->choice); break;
    case QUESTION_POINT:
        (void)snprintf(text, LINE, "%08" PRIx64 " `%s`", (uint64_t)a->value,
                       fill_instruction(p->stage.d, (uint32_t)a->value, insn, sizeof insn));
        break;
    default:
        if (a->value >= 0x1000)
            (void)snprintf(text, LINE, "%" PRId64 " (0x%" PRIx64 ")", a->value, (uint64_t)a->value);
        else
            (void)snprintf(text, LINE, "%" PRId64, a->value);
    }
    return text;
}

void page_verdict(const struct lesson_play *p, int width, struct sheet *s)
{
    char said[LINE], truth[LINE], line[3 * LINE];

    if (lesson_play_step(p)->kind == QUESTION_NONE)
        return;
    (void)answer_text(p, &p->truth, truth);
    if (!p->answered)
        (void)snprintf(line, sizeof line, _("Answer: %s"), truth);
    else if (p->right)
        (void)snprintf(line, sizeof line, _("Right: %s"), truth);
    else
        (void)snprintf(line, sizeof line, _("You said %s. It is %s."), answer_text(p, &p->said, said), truth);
    sheet_wrap(s, !p->answered ? LOOK_LABEL : p->right ? LOOK_GOOD : LOOK_BAD, width, line);
    sheet_end(s);
}

void page_text(const struct lesson_play *p, int width, struct sheet *s)
{
    if (*p->trouble)
        sheet_wrap(s, LOOK_BAD, width, p->trouble);
    else if (p->text)
        markdown_draw(s, width, p->text);
    draw_points(p, s);
}

static const char *hint(const struct lesson_play *p)
{
    static const char *const ask[] = {
        [QUESTION_NONE] = N_("F6: on"),
        [QUESTION_CHOICE] = N_("F7: say which, by its letter. F6: see it without a guess."),
        [QUESTION_NUMBER] = N_("F7: say a number. F6: see it without a guess."),
        [QUESTION_POINT] = N_("F7: say which, by its number or address. F6: see it without a guess.")};

    if (p->phase == BEFORE)
        return _(ask[lesson_play_step(p)->kind]);
    return p->step + 1 < p->lesson.steps ? _("F6: on. F5: back to the question.") : _("This was the last step.");
}

void page_heading(const struct lesson_play *p, int width, struct sheet *s)
{
    char line[LINE];

    (void)snprintf(line, sizeof line, "%u.%u/%u  %s", p->lesson.number, p->step + 1, p->lesson.steps,
                   lesson_play_step(p)->section[p->lang].heading);
    sheet_wrap(s, LOOK_LABEL, width, line);
    sheet_end(s);
}

static void draw(const struct debugger *d, const struct view_room *room, struct sheet *s)
{
    const struct lesson_play *p = d->lesson;

    if (!p) {
        sheet_wrap(s, LOOK_FAINT, room->width, _("no lesson is being played; `ringside lesson` lists them"));
        return;
    }
    page_heading(p, room->width, s);
    if (p->phase == AFTER && !*p->trouble)
        page_verdict(p, room->width, s);
    page_text(p, room->width, s);
    sheet_wrap(s, LOOK_HERE, room->width, hint(p));
    if (p->phase == BEFORE)
        sheet_wrap(s, LOOK_FAINT, room->width, _("You may step, break and look as you like; F8 puts all back."));
}

const struct view view_lesson = {
    .name = "lesson",
    .title = N_("Lesson"),
    .doc = N_("the page of the lesson that is being played"),
    .detail =
        N_("F6 turns the page, F5 turns it back, F7 answers its question, F8 puts the machine back to where the page "
           "speaks of. Each page makes the machine anew: whatever you do to the guest in between, the next page is "
           "what it should be. Numbers in the text were read from this run."),
    .source = N_("lessons/, where each lesson names its sources"),
    .draw = draw};
