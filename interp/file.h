/* SPDX-License-Identifier: MIT */
/* Whole files into memory. */
#ifndef INTERP_FILE_H
#define INTERP_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Reads a file of 1 byte to 1 GiB. 0, and *data is the caller's to free(); or -1 and one line in `error`. */
int file_read(const char *path, uint8_t **data, size_t *size, char *error, size_t room);
/* The same of 1 byte to `gib` GiB. */
int file_read_up_to(unsigned gib, const char *path, uint8_t **data, size_t *size, char *error, size_t room);

#endif
