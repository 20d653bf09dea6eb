/* SPDX-License-Identifier: MIT */
/* Lines by readline. Its interface of callbacks leaves the waiting to us, so that a signal can end it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "ui/shell/history.h"
#include "ui/shell/line.h"
#include "ui/shell/line_plain.h"
#include "ui/shell/shell.h"

/* readline asks the terminal for more than a dumb one can do. */
static bool dumb(void)
{
    const char *term = getenv("TERM");

    return !term || !*term || strcmp(term, "dumb") == 0;
}

enum { HISTORY_LINES = 1000, PATH_ROOM = 4096 };

/* readline's state is the process's; so is what its callbacks need. */
static struct {
    struct shell *sh;
    bool editing;
    bool got; /* a line, or the end */
    char *line;
    char history[PATH_ROOM]; /* "": none */
    int added;
} state;

static char *generate(const char *text, int n)
{
    static unsigned next;
    char *line, *item;

    (void)text;
    if (n == 0)
        next = 0;
    line = strdup(rl_line_buffer);
    if (!line)
        return NULL;
    line[rl_point] = '\0';
    item = shell_complete(state.sh, line, next++);
    free(line);
    return item;
}

/* No files where the shell knows of nothing; a folder's name, and `$hw.`, go on. */
static char **complete(const char *text, int start, int end)
{
    char **found = rl_completion_matches(text, generate);
    size_t n = found && found[0] ? strlen(found[0]) : 0;

    (void)start;
    (void)end;
    rl_attempted_completion_over = 1;
    rl_completion_suppress_append = n && (found[0][n - 1] == '/' || found[0][n - 1] == '.');
    return found;
}

void line_open(struct shell *sh)
{
    state.sh = sh;
    state.editing = line_is_typed() && !dumb();
    if (!state.editing)
        return;
    rl_readline_name = "ringside";
    rl_catch_signals = 0;
    rl_attempted_completion_function = complete;
    rl_completer_word_break_characters = (char *)" \t";
    rl_basic_word_break_characters = " \t";
    using_history();
    stifle_history(HISTORY_LINES);
    if (history_path(state.history, sizeof state.history))
        state.history[0] = '\0';
    else
        (void)read_history(state.history);
}

void line_close(void)
{
    if (state.editing && state.history[0] && state.added) {
        (void)append_history(state.added < HISTORY_LINES ? state.added : HISTORY_LINES, state.history);
        (void)history_truncate_file(state.history, HISTORY_LINES);
    }
    state.sh = NULL;
}

static void on_line(char *line)
{
    state.line = line;
    state.got = true;
    rl_callback_handler_remove();
}

/* As the terminal's own Ctrl-C does, the line stays to be seen, and a new one begins. */
static void clear_line(void)
{
    rl_free_line_state();
    rl_callback_sigcleanup();
    rl_replace_line("", 0);
    rl_crlf();
    rl_on_new_line();
    rl_redisplay();
}

/* Signals come only while it waits, so that none is overlooked between looking and waiting. */
static void wait_for_key(const sigset_t *open)
{
    fd_set in;

    FD_ZERO(&in);
    FD_SET(STDIN_FILENO, &in);
    if (pselect(STDIN_FILENO + 1, &in, NULL, NULL, NULL, open) > 0)
        rl_callback_read_char();
    else if (line_interrupted())
        clear_line();
}

static void remember(const char *line)
{
    const HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;

    if (!*line || (last && strcmp(last->line, line) == 0))
        return;
    add_history(line);
    state.added++;
}

static char *edit(const char *prompt)
{
    sigset_t closed, open;

    (void)sigemptyset(&closed);
    (void)sigaddset(&closed, SIGINT);
    (void)sigaddset(&closed, SIGTERM);
    (void)sigaddset(&closed, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &closed, &open);
    state.got = false;
    state.line = NULL;
    rl_callback_handler_install(prompt, on_line);
    while (!state.got && !line_ended())
        wait_for_key(&open);
    if (!state.got)
        rl_callback_handler_remove(); /* gives the terminal back */
    (void)sigprocmask(SIG_SETMASK, &open, NULL);
    if (state.line)
        remember(state.line);
    else
        (void)putchar('\n');
    return state.line;
}

char *line_read(const char *prompt)
{
    return state.editing ? edit(prompt) : plain_read(line_is_typed() ? prompt : NULL);
}
