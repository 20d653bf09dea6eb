/* SPDX-License-Identifier: MIT */
/*
 * The running process's memory, as the kernel touches it: page by page through the window onto RAM, after the same checks as
 * a fault of the process would bring. So no pointer of a process is ever followed, and none can make the kernel fault.
 */
#ifndef BANTAM_USER_H
#define BANTAM_USER_H

#include <stdint.h>

/* The bytes at `at` that lie in one page: *to is where the kernel sees them, the result how many (at most `bytes`), or E_FAULT. */
int user_bytes(uint32_t at, uint32_t bytes, int write, void **to);
int user_read(void *to, uint32_t at, uint32_t bytes);          /* 0 or E_FAULT */
int user_write(uint32_t at, const void *from, uint32_t bytes); /* 0 or E_FAULT */
int user_string(char *to, uint32_t at, uint32_t room);         /* its length, E_FAULT, E_NAMETOOLONG */

#endif
