/* SPDX-License-Identifier: MIT */
/* Programs: an ELF file becomes an address space with a stack on which the arguments lie. */
#ifndef BANTAM_EXEC_H
#define BANTAM_EXEC_H

#include <stdint.h>

#include "guests/bantam/kernel/space.h"

struct program {
    struct space space;
    uint32_t entry, stack;
    char name[16];
};

/* `argument`: in the kernel's memory, ended by NULL. 0 or E_*; then nothing is left behind. */
int exec_load(struct program *p, uint32_t directory, const char *path, char *const argument[]);
/* The system call: the running process becomes that program. */
int exec(struct arch_frame *frame, uint32_t path, uint32_t arguments);

#endif
