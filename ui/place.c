/* SPDX-License-Identifier: MIT */
/*
 * The one file of ui/ that asks a particular system: Linux says at /proc/self/exe which file is running. Elsewhere argv[0]
 * has to do.
 *
 *      build/ringside          build/debug/ringside, build/asan/ringside, ...
 *      build/locale/           the same, one folder up
 *      build/guests/
 */
#include "ui/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[PLACE_ROOM] = ".";

static void up(char *path)
{
    char *slash = strrchr(path, '/');

    if (!slash)
        strcpy(path, ".");
    else
        slash[slash == path] = '\0';
}

void place_init(const char *program)
{
    char file[PLACE_ROOM];
    ssize_t n = readlink("/proc/self/exe", file, sizeof file - 1);
    char *real;

    if (n > 0) {
        file[n] = '\0';
        strcpy(folder, file);
        up(folder);
        return;
    }
    if (!program || !strchr(program, '/') || !(real = realpath(program, NULL)))
        return;
    if (strlen(real) < sizeof folder) {
        strcpy(folder, real);
        up(folder);
    }
    free(real);
}

int place_of(const char *name, char path[PLACE_ROOM])
{
    /* Beside the program, else a folder higher: what does not depend on MODE is built once. */
    for (const char *between = "/"; between; between = between[1] ? NULL : "/../") {
        int n = snprintf(path, PLACE_ROOM, "%s%s%s", folder, between, name);

        if (n < 0 || n >= PLACE_ROOM)
            return -1;
        if (access(path, F_OK) == 0)
            return 0;
    }
    return -1;
}
