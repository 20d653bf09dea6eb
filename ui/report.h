/* SPDX-License-Identifier: MIT */
/* What the program says of itself, on standard error: one line each, whatever was in a file's name. */
#ifndef UI_REPORT_H
#define UI_REPORT_H

/* Exit statuses. */
enum status { STATUS_OK, STATUS_FAILED, STATUS_USAGE };

/* "ringside: ..." and a newline; returns the status, so that `return report(STATUS_USAGE, ...)` ends a function. */
int report(enum status s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
