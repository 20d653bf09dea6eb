/* SPDX-License-Identifier: MIT */
/* sh [-c LINE | FILE]: the shell. Without either it reads the terminal. */
#include "guests/bantam/user/sh/sh.h"

static int obey(const char *line, int last)
{
    static struct pipeline p;
    int found;
    bool skip = false;

    while ((found = parse(&line, last, &p)) > 0) {
        if (!skip)
            last = run(&p, last);
        skip = (p.joint == JOINT_AND && last != 0) || (p.joint == JOINT_OR && last == 0);
    }
    return found < 0 ? 2 : last;
}

static int read_commands(int fd, const char *prompt)
{
    static struct reader in;
    char line[LINE_MAX];
    int status = 0;

    for (in.fd = fd;;) {
        write_all(1, prompt, strlen(prompt));
        if (read_line(&in, line, sizeof line) < 0)
            return status;
        status = obey(line, status);
    }
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "-c") == 0)
        return obey(argv[2], 0);
    if (argc == 2)
        return read_commands(must(open(argv[1], O_READ), argv[1]), "");
    if (argc > 2)
        die("sh [-c LINE | FILE]");
    foreground(0); /* ^C is for what it starts */
    return read_commands(0, "$ ");
}
