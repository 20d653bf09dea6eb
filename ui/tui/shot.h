/* SPDX-License-Identifier: MIT */
/* `shot FILE.svg [WIDTHxHEIGHT [PAGE]]`: the screen as a picture, also where there is no terminal. */
#ifndef UI_TUI_SHOT_H
#define UI_TUI_SHOT_H

struct debugger;
struct grid;

/*
 * The words behind `shot`. `shown`: what a terminal shows now, drawn if no size is given; NULL: there is none. 0, or -1;
 * either way `says` holds one line about it.
 */
int shot(struct debugger *d, const struct grid *shown, const char *words, char says[256]);

#endif
