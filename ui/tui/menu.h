/* SPDX-License-Identifier: MIT */
/* `ringside` alone, at a terminal: what there is to do, to choose from. */
#ifndef UI_TUI_MENU_H
#define UI_TUI_MENU_H

#include <stdbool.h>

/* Shows the menu until the user leaves. An exit status. */
int menu(bool ascii);

#endif
