/* SPDX-License-Identifier: MIT */
#ifndef UI_SHELL_LINE_PLAIN_H
#define UI_SHELL_LINE_PLAIN_H

/* line_read() without any editing of ours. `prompt`: NULL for none. */
char *plain_read(const char *prompt);

#endif
