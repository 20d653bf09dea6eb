/* SPDX-License-Identifier: MIT */
/*
 * The terminal: taken over and given back as it was found, whatever ends the program; cells put on it; keys read. The only
 * file that knows ncurses, and so the only one with the state that ncurses keeps: a process has one terminal.
 */
#ifndef UI_TUI_TERM_H
#define UI_TUI_TERM_H

#include <stdbool.h>
#include <stddef.h>

struct grid;

enum { TERM_MIN_WIDTH = 60, TERM_MIN_HEIGHT = 16 };

/* Keys that are no characters. */
enum key_code {
    KEY_NOTHING = -1,
    KEY_CODES = 0x110000, /* above all characters */
    KEY_GONE,             /* standard input has ended */
    KEY_SIZE,             /* the terminal has another size */
    KEY_ENTER_,
    KEY_ESCAPE_,
    KEY_TAB_,
    KEY_BACKTAB_,
    KEY_BACKSPACE_,
    KEY_DELETE_,
    KEY_INSERT_,
    KEY_UP_,
    KEY_DOWN_,
    KEY_LEFT_,
    KEY_RIGHT_,
    KEY_HOME_,
    KEY_END_,
    KEY_PAGE_UP_,
    KEY_PAGE_DOWN_,
    KEY_F_, /* F1 is KEY_F_ + 1 */
    KEY_F_LAST_ = KEY_F_ + 12
};

/*
 * Takes the terminal over. 0, or an exit status after one line on standard error: no terminal, one of an unknown kind,
 * one that cannot place its cursor, one that is too small.
 */
int term_open(void);
/* Gives it back. May be called twice. */
void term_close(void);
/* Does it draw characters of ambiguous width in two columns? It was asked when it was opened. */
bool term_ambiguous(void);
void term_size(int *width, int *height);
/* Shows the cells; the cursor at (x, y), hidden when x < 0. */
void term_show(const struct grid *g, int x, int y);
/* The next key, a Unicode character or enum key_code; KEY_NOTHING after `ms` milliseconds without one. */
int term_key(int ms);
/* Ctrl-Z: to the shell that started us, and back. */
void term_suspend(void);
/* A signal that ends the program has come: its number, or 0. */
int term_signal(void);

#endif
