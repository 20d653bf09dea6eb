/* SPDX-License-Identifier: MIT */
/*
 * A process's memory: regions say what may be touched, pages come on the first touch. fork() shares all pages with the
 * copy, read-only; the first write to one makes it private (copy on write).
 */
#ifndef BANTAM_SPACE_H
#define BANTAM_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "guests/bantam/arch/arch.h"

enum { REGIONS = 24 };

struct region {
    uint32_t start, end; /* whole pages; start == end: not used */
    bool write;
};

struct space {
    arch_space_t tables;
    struct region region[REGIONS];
    uint32_t heap_start, heap_end; /* to the byte; the region holds the pages */
    uint32_t pages;                /* mapped */
};

/* All results: 0 (or as said), or E_*. */
int space_new(struct space *s);
void space_free(struct space *s); /* not the one in use */
int space_copy(struct space *to, struct space *from);
/* Drops all pages; the tables stay. Any space. */
void space_empty(struct space *s);

int space_add(struct space *s, uint32_t start, uint32_t end, bool write); /* E_INVAL: overlaps; E_NOMEM: too many */
/* Moves the heap's end; the old one, or E_NOMEM. */
int space_grow_heap(struct space *s, int32_t bytes);
int space_mmap(struct space *s, uint32_t bytes);
int space_munmap(struct space *s, uint32_t start, uint32_t bytes);

/* Makes the page at `at` present, and writable where `write` asks for it. E_FAULT: it may not be. *page: physical. */
int space_touch(struct space *s, uint32_t at, bool write, uint32_t *page);

#endif
