/* SPDX-License-Identifier: MIT */
/* What the shell does itself, because a process of its own could not do it for the shell. */
#include "guests/bantam/user/sh/sh.h"

static int do_cd(const struct command *c)
{
    const char *path = c->argc > 1 ? c->argv[1] : "/";
    const int error = chdir(path);

    if (error < 0)
        dprintf(2, "sh: %s: %s\n", path, error_text(error));
    return error < 0;
}

static int do_exit(const struct command *c)
{
    exit(c->argc > 1 ? atoi(c->argv[1]) : 0);
}

static int do_wait(const struct command *c)
{
    (void)c;
    while (wait(NULL) >= 0)
        ;
    return 0;
}

static int do_help(const struct command *c);

static const struct {
    const char *name;
    int (*run)(const struct command *c);
    const char *doc;
} builtins[] = {
    {"cd", do_cd, "[PATH]     goes to that directory, or to the root"},
    {"exit", do_exit, "[STATUS] ends the shell"},
    {"wait", do_wait, "         waits for the jobs behind &"},
    {"help", do_help, "         this"},
};
enum { BUILTINS = sizeof builtins / sizeof *builtins };

static int do_help(const struct command *c)
{
    (void)c;
    for (int n = 0; n < BUILTINS; n++)
        printf("%s %s\n", builtins[n].name, builtins[n].doc);
    puts("All else are programs: `ls " PROGRAMS "`. A | B, < FILE, > FILE, >> FILE, A ; B, A && B, A || B, A &");
    return 0;
}

bool builtin(const struct command *c, int *status)
{
    for (int n = 0; n < BUILTINS; n++)
        if (strcmp(c->argv[0], builtins[n].name) == 0) {
            *status = builtins[n].run(c);
            return true;
        }
    return false;
}
