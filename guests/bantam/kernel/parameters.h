/* SPDX-License-Identifier: MIT */
/* What stands on the loader's command line: run=PROGRAM ARGUMENTS... exit quantum=N nodisk quiet, in any order. */
#ifndef BANTAM_PARAMETERS_H
#define BANTAM_PARAMETERS_H

#include <stdbool.h>

#include "guests/bantam/include/abi.h"

struct parameters {
    bool exit, nodisk, quiet;
    unsigned quantum; /* ticks */
    char program[PATH_MAX];
    char *argument[ARGS_MAX + 1];
    char text[256];
};

/* Words that are none of these belong to run= where they follow it, and are passed over before. */
void parameters_parse(struct parameters *p, const char *line);

#endif
