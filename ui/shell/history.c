/* SPDX-License-Identifier: MIT */
#include "ui/shell/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* $XDG_STATE_HOME, which counts only if absolute, or ~/.local/state; and our folder in it. */
static int folder(char *path, size_t room)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int n;

    if (state && *state == '/')
        n = snprintf(path, room, "%s/ringside", state);
    else if (home && *home == '/')
        n = snprintf(path, room, "%s/.local/state/ringside", home);
    else
        return -1;
    return n > 0 && (size_t)n < room ? 0 : -1;
}

/* As mkdir -p. */
static int make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0700) && errno != EEXIST)
            return -1;
        *slash = '/';
    }
    return mkdir(path, 0700) && errno != EEXIST ? -1 : 0;
}

/* A link that somebody put there is not followed, and nothing but a file of ours is written to. */
static int check_file(const char *path)
{
    int f = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    struct stat st;
    int result = f >= 0 && !fstat(f, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid() ? 0 : -1;

    if (f >= 0)
        (void)close(f);
    return result;
}

int history_path(char *path, size_t room)
{
    static const char name[] = "/history";

    if (room <= sizeof name || folder(path, room - sizeof name) || make_folders(path))
        return -1;
    (void)strcat(path, name);
    return check_file(path);
}
