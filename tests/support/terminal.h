/* SPDX-License-Identifier: MIT */
/*
 * A terminal to try the screen on: the program runs behind a pseudo-terminal, libvterm is the terminal, and tests read
 * its cells. Nothing here knows Ringside.
 */
#ifndef TESTS_SUPPORT_TERMINAL_H
#define TESTS_SUPPORT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

struct terminal;

struct terminal_config {
    int width, height;
    const char *const *argv;   /* ended by NULL */
    const char *const *env;    /* "NAME=value" to add, ended by NULL; "NAME" alone takes it out. May be NULL */
    bool draws_ambiguous_wide; /* says so when it is asked for its cursor */
};

/* NULL: it could not be started. */
struct terminal *terminal_open(const struct terminal_config *k);
void terminal_send(struct terminal *t, const char *bytes);
/* Until the screen shows the text somewhere. False: it did not within `ms`. */
bool terminal_shows(struct terminal *t, const char *text, int ms);
/* Takes what the program writes, until nothing has come for `ms`. */
void terminal_settle(struct terminal *t, int ms);
void terminal_resize(struct terminal *t, int width, int height);
/* Row y as UTF-8, wide characters once, blanks at the end cut off. */
const char *terminal_row(struct terminal *t, int y, char *text, size_t room);
/* How its cells look, a letter each: '.' plain, b bold, d dim, u underlined, R reversed (before others), colours 1 to 7. */
const char *terminal_looks(struct terminal *t, int y, char *text, size_t room);
/* The whole screen: rows and newlines (malloc'ed). */
char *terminal_text(struct terminal *t, bool looks);
bool terminal_alternate(const struct terminal *t);
bool terminal_cursor_visible(const struct terminal *t);
pid_t terminal_pid(const struct terminal *t);
/* The line discipline of the terminal as it is now. */
void terminal_modes(struct terminal *t, struct termios *modes);
/* Waits for the program's end: its exit status, 128 + a signal's number; -1: it does not end within `ms`. */
int terminal_wait(struct terminal *t, int ms);
/* Ends the program if it still runs. */
void terminal_close(struct terminal *t);

#endif
