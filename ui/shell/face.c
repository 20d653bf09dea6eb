/* SPDX-License-Identifier: MIT */
/* `ringside shell`: the commands with a line to type them on, or in files (-x), or through a pipe. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/command.h"
#include "ui/console.h"
#include "ui/debug/debugger.h"
#include "ui/i18n.h"
#include "ui/report.h"
#include "ui/shell/line.h"
#include "ui/shell/shell.h"
#include "ui/tui/shot.h"

/* Of a run, before Ctrl-C is looked for. */
enum { SLICE_NS = 20000000 };

static const char PROMPT[] = "(ringside) ";

struct face {
    struct debugger d;
    struct shell sh;
    size_t console; /* bytes of the guest's that have been seen */
    bool dropped;   /* Ctrl-C has ended a script */
};

/* What the guest said stands on lines of its own. */
static void end_guests_line(struct face *f)
{
    const struct console *c = &f->d.console;

    if (c->out == stdout && c->size > f->console && c->text[c->size - 1] != '\n')
        (void)putchar('\n');
    f->console = c->size;
}

static void show(struct face *f)
{
    if (f->sh.out.lines) {
        end_guests_line(f);
        sheet_print(&f->sh.out, 0, stdout);
        sheet_clear(&f->sh.out);
    }
    (void)fflush(stdout);
}

/* What was said before an error comes before it. */
static void complain(struct shell *sh, const char *line)
{
    show(sh->ctx);
    fprintf(stderr, "%s\n", line);
}

/* Without a terminal a picture can be drawn as well. */
static int draw(struct shell *sh, const char *words, char says[SHELL_SAYS])
{
    return shot(sh->d, NULL, words, says);
}

/* Until all that was asked for is done. */
static void drive(struct face *f)
{
    while (shell_advance(&f->sh, SLICE_NS)) {
        if (line_ended())
            return;
        if (line_interrupted()) {
            f->dropped = true;
            shell_interrupt(&f->sh);
        }
        show(f);
    }
    show(f);
}

static void run_files(struct face *f)
{
    for (unsigned i = 0; i < f->d.o.scripts && !f->sh.quit && !f->dropped; i++)
        if (!shell_source(&f->sh, f->d.o.script[i]))
            drive(f);
}

static void run_lines(struct face *f)
{
    char *line;

    while (!f->sh.quit && !line_ended() && (line = line_read(PROMPT))) {
        shell_submit(&f->sh, line);
        free(line);
        drive(f);
    }
}

static int run(struct face *f)
{
    bool typed = line_is_typed() && !f->d.o.scripts;

    line_catch_signals();
    if (f->d.o.scripts) {
        run_files(f);
    } else {
        f->d.typed_input = typed;
        vm_guest(debug_vm(&f->d))->awaits_input |= typed;
        shell_submit(&f->sh, "start");
        drive(f);
        line_open(&f->sh);
        run_lines(f);
        line_close();
    }
    if (f->dropped && !typed)
        return STATUS_FAILED;
    return f->sh.bad && !typed ? STATUS_USAGE : STATUS_OK;
}

static int open_and_run(struct face *f, const struct options *o)
{
    int status = debug_open(&f->d, o), closing;

    if (status)
        return status;
    shell_init(&f->sh, &f->d);
    f->sh.ctx = f;
    f->sh.complain = complain;
    f->sh.shot = draw;
    f->sh.width = line_width();
    status = console_open(&f->d.console, f->d.o.serial);
    if (!status)
        status = run(f);
    closing = console_close(&f->d.console, f->d.o.serial);
    shell_free(&f->sh);
    debug_close(&f->d);
    return status ? status : closing;
}

int command_shell(int argc, char **argv)
{
    static struct face f; /* too large for a stack */
    struct options o;
    int status;

    if (options_parse(&o, FOR_SHELL, argc, argv))
        return STATUS_USAGE;
    if (o.help)
        return command_help("shell");
    if (!o.word)
        return report(STATUS_USAGE, "%s", _("shell needs a guest: ringside shell GUEST"));
    status = open_and_run(&f, &o);
    if (line_ended()) /* as if nobody had caught it */
        (void)raise(line_ended());
    return status;
}
