/* SPDX-License-Identifier: MIT */
/* Signals, and lines as they come: through a pipe, from a terminal that cannot move its cursor, or where readline is not. */
#include "ui/shell/line_plain.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ui/shell/line.h"

/* What only a signal's handler may write. */
static volatile sig_atomic_t interrupted, ended;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static void on_end(int signal)
{
    ended = signal;
}

/* No SA_RESTART: a read that waits is to come back. */
void line_catch_signals(void)
{
    struct sigaction interrupt = {.sa_handler = on_interrupt}, end = {.sa_handler = on_end, .sa_flags = SA_RESETHAND};

    (void)sigemptyset(&interrupt.sa_mask);
    (void)sigemptyset(&end.sa_mask);
    (void)sigaction(SIGINT, &interrupt, NULL);
    (void)sigaction(SIGTERM, &end, NULL);
    (void)sigaction(SIGHUP, &end, NULL);
}

bool line_interrupted(void)
{
    bool was = interrupted;

    interrupted = 0;
    return was;
}

int line_ended(void)
{
    return ended;
}

bool line_is_typed(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

int line_width(void)
{
    enum { NARROW = 40, USUAL = 80 };
    struct winsize w;

    return isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_col >= NARROW ? w.ws_col : USUAL;
}

/* Up to the newline, whatever its length. Ctrl-C drops what was typed. */
char *plain_read(const char *prompt)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;

    for (;;) {
        if (prompt) {
            (void)fputs(prompt, stdout);
            (void)fflush(stdout);
        }
        errno = 0;
        n = getline(&line, &room, stdin);
        if (n >= 0 || errno != EINTR || line_ended())
            break;
        clearerr(stdin);
        if (line_interrupted() && prompt)
            (void)putchar('\n');
    }
    if (n < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\n")] = '\0';
    return line;
}
