/* SPDX-License-Identifier: MIT */
/* Pipelines: a process a command, joined by pipes; the shell waits for those in the foreground. */
#include "guests/bantam/user/sh/sh.h"

/* What a command's process is to find as its descriptors 0 and 1; -1: nothing to change. */
struct ends {
    int in, out;
};

static void move(int fd, int as)
{
    if (fd < 0 || fd == as)
        return;
    must(dup(fd, as), "sh: dup");
    close(fd);
}

static void redirect(const char *path, int how, int as)
{
    if (path)
        move(must(open(path, how), path), as);
}

static _Noreturn void become(const struct command *c)
{
    char path[PATH_MAX];
    int error, status;

    redirect(c->in, O_READ, 0);
    redirect(c->out, O_WRITE | O_CREATE | (c->append ? O_APPEND : O_TRUNCATE), 1);
    if (builtin(c, &status))
        exit(status);
    snprintf(path, sizeof path, "%s%s", strchr(c->argv[0], '/') ? "" : PROGRAMS, c->argv[0]);
    error = exec(path, c->argv);
    dprintf(2, "sh: %s: %s\n", c->argv[0], error_text(error));
    exit(127);
}

/* `other` is the reading end of the pipe that this command writes to: not its own. */
static int launch(const struct command *c, struct ends e, int other, bool background)
{
    const int pid = fork();

    if (pid)
        return pid;
    foreground(!background);
    if (other >= 0)
        close(other);
    move(e.in, 0);
    move(e.out, 1);
    become(c);
}

/* Behind `&` nobody types: what would read the terminal finds its end. */
static int nothing_to_read(void)
{
    int fd[2];

    if (pipe(fd) < 0)
        return -1;
    close(fd[1]);
    return fd[0];
}

static void close_end(int fd)
{
    if (fd >= 0)
        close(fd);
}

/* Starts them all. How many did; the rest could not be, which was said. */
static int start(struct pipeline *p, int pids[COMMANDS_MAX])
{
    const bool background = p->joint == JOINT_BACKGROUND;
    struct ends e = {.in = background ? nothing_to_read() : -1};
    int n, error = 0;

    for (n = 0; n < p->count; n++) {
        int fd[2] = {-1, -1};

        if (n + 1 < p->count)
            error = pipe(fd);
        e.out = fd[1];
        if (error >= 0)
            error = pids[n] = launch(&p->command[n], e, fd[0], background);
        close_end(e.in);
        close_end(e.out);
        e.in = fd[0];
        if (error < 0)
            break;
    }
    if (error < 0) {
        close_end(e.in);
        dprintf(2, "sh: %s\n", error_text(error));
    }
    return n;
}

/* The last one's status counts. Jobs behind `&` that end meanwhile are waited for in passing. */
static int finish(const int pids[COMMANDS_MAX], int count)
{
    int status = 0, left = count;

    while (left) {
        int ended_with;
        const int pid = wait(&ended_with);

        if (pid < 0)
            break;
        for (int n = 0; n < count; n++)
            left -= pids[n] == pid;
        if (pid == pids[count - 1])
            status = ended_with & W_KILLED ? 128 + W_VECTOR(ended_with) : ended_with;
    }
    return status;
}

int run(struct pipeline *p, int last)
{
    int pids[COMMANDS_MAX], status = last;
    int count;

    if (p->count == 1 && p->joint != JOINT_BACKGROUND && !p->command[0].out && builtin(&p->command[0], &status))
        return status;
    count = start(p, pids);
    if (p->joint == JOINT_BACKGROUND && count == p->count) {
        dprintf(2, "[%d]\n", pids[count - 1]);
        return 0;
    }
    status = finish(pids, count);
    return count == p->count ? status : 1;
}
