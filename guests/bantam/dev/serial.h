/* SPDX-License-Identifier: MIT */
/* COM1: a 16550 (National Semiconductor PC16550D data sheet), 115200 bits a second. */
#ifndef BANTAM_SERIAL_H
#define BANTAM_SERIAL_H

void serial_start(void);
void serial_put(char c); /* waits for room */
/* Calls for each byte that comes, from the interrupt's handler. */
void serial_listen(void (*take)(char c));

#endif
