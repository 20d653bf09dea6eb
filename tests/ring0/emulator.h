/* SPDX-License-Identifier: MIT */
/* Runs an image on an emulator: this project's, or one that judges it. */
#ifndef TESTS_RING0_EMULATOR_H
#define TESTS_RING0_EMULATOR_H

#include "tests/ring0/image.h"

struct emulator {
    const char *name;
    /* Its command; every %i is the image, %o the file for COM1, %f the folder of both. */
    const char *command;
    uint32_t flags;  /* of the image */
    size_t room;     /* the largest image it takes; 0: any */
    double patience; /* it hangs when COM1 is silent for so many seconds */
};

extern const struct emulator emulators[];
extern const unsigned emulators_count;

const struct emulator *emulator_find(const char *name);
/* NULL, or why it cannot run here. */
const char *emulator_missing(const struct emulator *e);

/*
 * Runs the image in `folder`; what came out of COM1 is put into *log (to be freed), *size bytes. -1: it could not be run;
 * *hung: it had to be stopped.
 */
int emulator_run(const struct emulator *e, const struct image *image, const char *folder, uint8_t **log, size_t *size,
                 bool *hung);

#endif
