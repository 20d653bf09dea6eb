/* SPDX-License-Identifier: MIT */
/* Bytes and strings, and the one formatter behind print() and panic(). */
#ifndef BANTAM_TEXT_H
#define BANTAM_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* The compiler calls these four by itself. */
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);

size_t text_length(const char *s);
bool text_equal(const char *a, const char *b);
/* At most room - 1 bytes, and a 0. */
void text_copy(char *to, const char *from, size_t room);

/* %s %c %d %u %x %p %%, with width and 0: each byte goes to `put`. */
void text_format(void (*put)(char c), const char *format, va_list arguments);

#endif
