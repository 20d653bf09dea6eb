/* SPDX-License-Identifier: MIT */
/* The life of the screen: from taking the terminal over to giving it back. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ui/command.h"
#include "ui/i18n.h"
#include "ui/report.h"
#include "ui/text.h"
#include "ui/tui/shot.h"
#include "ui/tui/term.h"
#include "ui/tui/tui.h"
#include "ui/view/view.h"

/*
 * While the guest runs, keys are looked at after each slice, and the screen is drawn anew so often that the eye follows;
 * a key is answered at once. Drawing takes about as long as a slice: this is what it costs the guest.
 */
enum { SLICE_MS = 8, STEP_MS = 50, FRAME_MS = 100, IDLE_MS = 1000, CTRL = 0x1f };

static uint64_t host_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- commands ---------------------------------------------------------------------------------------------------- */

void tui_command(struct tui *t, const char *line, bool quiet)
{
    t->quiet = quiet;
    t->submitted = true;
    t->overlay.shown = false;
    sheet_clear(&t->shell->out);
    t->said = 0;
    *t->note = '\0';
    shell_submit(t->shell, line);
}

/* What the shell has said since the last look: a line goes to the bottom, more than one in front of the panes. */
static void show_answer(struct tui *t)
{
    struct sheet *out = &t->shell->out;

    if (out->lines == t->said)
        return;
    t->said = out->lines;
    if (t->quiet || out->lines == 1) {
        const struct line *last = &out->line[out->lines - 1];

        (void)sheet_copy(out, out->lines - 1, t->note, sizeof t->note);
        t->note_look = last->spans ? (enum look)out->span[last->first].look : LOOK_PLAIN;
        return;
    }
    sheet_clear(&t->overlay.sheet);
    sheet_append(&t->overlay.sheet, out);
    t->overlay.title = _("Answer");
    t->overlay.shown = true;
    t->overlay.top = 0;
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

static void searched(struct tui *t)
{
    if (t->prompt.size)
        (void)snprintf(t->needle, sizeof t->needle, "%.*s", NEEDLE - 1, t->prompt.text);
    if (*t->needle && !pane_search(tui_pane(t, t->focus), t->needle))
        tui_note(t, LOOK_BAD, _("'%s' is nowhere in this pane"), t->needle);
}

static void prompt_takes(struct tui *t, int key)
{
    enum prompt_kind kind = t->prompt.kind;

    switch (prompt_key(&t->prompt, t->shell, key)) {
    case PROMPT_GOES_ON: return;
    case PROMPT_LEFT: t->prompt.kind = PROMPT_NONE; return;
    case PROMPT_ENTERED: break;
    }
    t->prompt.kind = PROMPT_NONE;
    if (kind == PROMPT_SEARCH) {
        searched(t);
        return;
    }
    prompt_remember(&t->prompt);
    tui_command(t, t->prompt.text, false);
}

static int resize(struct tui *t)
{
    int width, height;

    term_size(&width, &height);
    return grid_resize(&t->grid, width, height);
}

/* Keys that always mean the same. False: it is none of them. */
static bool everywhere(struct tui *t, int key)
{
    switch (key) {
    case KEY_SIZE: (void)resize(t); return true;
    case 'L' & CTRL: (void)resize(t); return true;
    case 'Z' & CTRL:
        if (t->typing)
            return false;
        term_suspend();
        return true;
    case 'C' & CTRL:
        if (!debug_running(t->d) || t->typing)
            return false;
        shell_interrupt(t->shell);
        return true;
    default: return false;
    }
}

static void take_key(struct tui *t, int key)
{
    if (everywhere(t, key))
        return;
    if (t->typing) {
        if (key == ('T' & CTRL))
            t->typing = false;
        else
            tui_type(t, key);
    } else if (t->prompt.kind != PROMPT_NONE) {
        prompt_takes(t, key);
    } else {
        (void)tui_key(t, key);
    }
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

static void show(struct tui *t)
{
    int x, y;

    show_answer(t);
    tui_draw(t, &x, &y);
    term_show(&t->grid, x, y);
}

/* Keys that are there, up to one that gives the guest something to do. True: there were any. */
static bool drain_keys(struct tui *t, int ms)
{
    bool any = false;

    t->submitted = false;
    for (int key; !t->submitted && (key = term_key(any ? 0 : ms)) != KEY_NOTHING; any = true) {
        t->gone = key == KEY_GONE;
        if (t->gone)
            break;
        take_key(t, key);
    }
    return any;
}

/* What a key has begun has a moment to be done before the next key is read: of a burst, each makes its step. */
static bool advance(struct tui *t)
{
    uint64_t began = host_ms();
    bool busy;

    do
        busy = shell_advance(t->shell, SLICE_MS * 1000000u);
    while (busy && t->submitted && host_ms() - began < STEP_MS);
    return busy;
}

static void loop(struct tui *t)
{
    uint64_t drawn = 0;
    bool busy = true, key = true;

    while (!t->shell->quit && !t->gone && !term_signal()) {
        uint64_t now = host_ms();

        if (key || !busy || now - drawn >= FRAME_MS) {
            show(t);
            drawn = now;
        }
        key = drain_keys(t, busy ? 0 : IDLE_MS);
        busy = advance(t);
        tui_feed(t);
        if (t->play)
            tui_lesson_work(t);
    }
}

/* ---- opening and closing ----------------------------------------------------------------------------------------- */

static int draw_shot(struct shell *sh, const char *words, char says[SHELL_SAYS])
{
    struct tui *t = sh->ctx;

    return shot(t->d, &t->grid, words, says);
}

static int show_pane(struct shell *sh, const char *view)
{
    return tui_show(sh->ctx, view) ? 0 : -1;
}

static int say_end(const struct tui *t)
{
    if (term_signal())
        return report(STATUS_FAILED, _("ended by signal %d (%s)"), term_signal(), strsignal(term_signal()));
    if (t->gone)
        return report(STATUS_FAILED, "%s", _("the terminal is gone"));
    return STATUS_OK;
}

void tui_init(struct tui *t, struct debugger *d, struct shell *sh)
{
    *t = (struct tui){.d = d, .shell = sh, .focus = "code", .grid = {.ascii = d->o.ascii}};
}

void tui_free(struct tui *t)
{
    grid_free(&t->grid);
    sheet_free(&t->overlay.sheet);
    for (unsigned i = 0; i < VIEWS_MAX; i++)
        sheet_free(&t->pane[i].sheet);
}

static int play(struct tui *t, const char *start)
{
    struct shell *sh = t->shell;

    t->grid.ambiguous = term_ambiguous();
    if (resize(t))
        return report(STATUS_FAILED, "%s", _("out of memory"));
    sh->width = t->grid.width;
    sh->ascii = t->grid.ascii;
    sh->shot = draw_shot;
    sh->pane = show_pane;
    sh->ctx = t;
    if (start)
        tui_command(t, start, true);
    if (t->play)
        tui_lesson_work(t);
    loop(t);
    term_close();
    return say_end(t);
}

int tui_play(struct debugger *d, struct shell *sh, struct lesson_play *lesson, const char *start)
{
    struct tui *t = malloc(sizeof *t);
    int status = t ? term_open() : report(STATUS_FAILED, "%s", _("out of memory"));

    if (t && !status) {
        tui_init(t, d, sh);
        t->play = lesson;
        d->typed_input = true;
        vm_guest(debug_vm(d))->awaits_input = true;
        status = play(t, start);
        tui_free(t);
    }
    free(t);
    return status;
}

/* The parts that a screen stands on. */
struct base {
    struct debugger d;
    struct shell shell;
};

static int run(struct base *b, const struct options *o, const char *start)
{
    int status = debug_open(&b->d, o);

    if (status)
        return status;
    shell_init(&b->shell, &b->d);
    status = tui_play(&b->d, &b->shell, NULL, start);
    shell_free(&b->shell);
    debug_close(&b->d);
    return status;
}

int tui_run(const struct options *o, const char *start)
{
    struct base *b = calloc(1, sizeof *b);
    int status = b ? run(b, o, start) : report(STATUS_FAILED, "%s", _("out of memory"));

    free(b);
    return status;
}

int command_debug(int argc, char **argv)
{
    struct options o;

    if (options_parse(&o, FOR_DEBUG, argc, argv))
        return STATUS_USAGE;
    if (o.help)
        return command_help("debug");
    if (!o.word)
        return report(STATUS_USAGE, "%s", _("debug: which guest?"));
    return tui_run(&o, NULL);
}
