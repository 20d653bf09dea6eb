/* SPDX-License-Identifier: MIT */
/* What the kernel says, on the serial line and on the screen. */
#ifndef BANTAM_CONSOLE_H
#define BANTAM_CONSOLE_H

void console_start(void);
void console_put(char c);
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
