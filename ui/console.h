/* SPDX-License-Identifier: MIT */
/* Where the bytes of COM1 go: a stream, memory (for --stats=json), both, or nowhere. */
#ifndef UI_CONSOLE_H
#define UI_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct vm;

struct console {
    struct vm *vm; /* whose run ends when nobody reads any more */
    FILE *out;     /* NULL: none */
    bool keep;     /* collect, at most CONSOLE_MAX bytes */
    uint8_t *text;
    size_t size, room;
    bool cut;  /* there was more */
    int error; /* errno of the first write that failed */
};

enum { CONSOLE_MAX = 64 << 20 };

/* Where --serial sends it. 0, or an exit status after one line on standard error; close: what could not be written. */
int console_open(struct console *c, const char *serial);
int console_close(struct console *c, const char *serial);
/* The callback of vm_serial(); ctx is the console. */
void console_byte(void *console, uint8_t byte);
/* What was written so far reaches its reader. */
void console_flush(struct console *c);
void console_free(struct console *c);

#endif
