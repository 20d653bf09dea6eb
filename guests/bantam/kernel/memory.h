/* SPDX-License-Identifier: MIT */
/* Physical pages: each has a count of those who use it; at none it is free. */
#ifndef BANTAM_MEMORY_H
#define BANTAM_MEMORY_H

#include <stdint.h>

void memory_start(uint32_t from, uint32_t to);
/* A page with one user, its contents undefined. 0: there is none. */
uint32_t page_take(void);
uint32_t page_take_zeroed(void);
void page_share(uint32_t page); /* one more user */
void page_drop(uint32_t page);  /* one less */
unsigned page_users(uint32_t page);
uint32_t memory_pages(void);
uint32_t memory_free(void); /* but for those that are kept for process 1 */

#endif
