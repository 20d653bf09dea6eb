/* SPDX-License-Identifier: MIT */
#include "grade/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "labs/include/lab_wire.h"

enum { ARGUMENTS = 96, PATH_ROOM = 4096 };

/* Users that systemd's list of ranges leaves to nobody (systemd.io/UIDS-GIDS). */
enum { FIRST_USER = 60600, USERS = 500 };

static uid_t user_of(unsigned slot)
{
    return FIRST_USER + slot % USERS;
}

struct command {
    const char *argv[ARGUMENTS];
    unsigned n;
    char uid[16];
};

static void add(struct command *c, const char *word)
{
    if (c->n + 1 < ARGUMENTS)
        c->argv[c->n++] = word;
}

static void add_all(struct command *c, const char *const *word, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        add(c, word[i]);
}

#define ADD(c, ...)                                                                                                    \
    add_all(c, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* A folder at the root of the system that is a link into /usr on newer systems. */
static void add_system_folder(struct command *c, const char *path)
{
    static const char *const target[][2] = {
        {"/bin", "usr/bin"}, {"/lib", "usr/lib"}, {"/lib32", "usr/lib32"}, {"/lib64", "usr/lib64"}};
    struct stat s;

    if (lstat(path, &s))
        return;
    if (!S_ISLNK(s.st_mode)) {
        ADD(c, "--ro-bind", path, path);
        return;
    }
    for (unsigned i = 0; i < sizeof target / sizeof target[0]; i++)
        if (strcmp(target[i][0], path) == 0)
            ADD(c, "--symlink", target[i][1], path);
}

/* The outer layer: namespaces of its own, the system read-only, one folder to write to. */
static void add_bubblewrap(struct command *c, const struct sandbox *s, const char *dir)
{
    ADD(c, "bwrap", "--die-with-parent", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
        "--unshare-cgroup-try");
    if (geteuid() != 0)
        add(c, "--unshare-user");
    else if (s->tier.user)
        ADD(c, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID");
    ADD(c, "--ro-bind", "/usr", "/usr");
    add_system_folder(c, "/bin");
    add_system_folder(c, "/lib");
    add_system_folder(c, "/lib32");
    add_system_folder(c, "/lib64");
    ADD(c, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--ro-bind-try", "/etc/alternatives",
        "/etc/alternatives", "--dev", "/dev", "--ro-bind", s->launcher, "/sandbox", "--bind", dir, "/work", "--chdir",
        "/work", "--", "/sandbox");
}

static void make_command(struct command *c, const struct sandbox *s, const struct confined *k)
{
    *c = (struct command){.n = 0};
    if (s->tier.bubblewrap)
        add_bubblewrap(c, s, k->dir);
    else
        add(c, s->launcher);
    if (s->tier.landlock)
        add(c, "-l");
    if (s->tier.seccomp)
        add(c, "-s");
    if (s->tier.user) {
        (void)snprintf(c->uid, sizeof c->uid, "%u", (unsigned)user_of(k->slot));
        ADD(c, "-u", c->uid);
    }
    ADD(c, k->run ? "run" : "compile", s->tier.bubblewrap ? "/work" : k->dir);
    for (unsigned i = 0; k->argv[i]; i++)
        add(c, k->argv[i]);
}

/* In the child: descriptors 0 to 3, and nothing else that matters (the rest is closed on exec, or by the launcher). */
static void arrange(const struct confined *k)
{
    char path[PATH_ROOM];
    int null = open("/dev/null", O_RDONLY), output;

    (void)snprintf(path, sizeof path, "%s/%s", k->dir, k->output);
    output = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0644);
    if (k->socket >= 0 && k->socket != LAB_SOCKET)
        (void)dup2(k->socket, LAB_SOCKET);
    else if (k->socket == LAB_SOCKET)
        (void)fcntl(LAB_SOCKET, F_SETFD, 0);
    (void)dup2(null, 0);
    (void)dup2(output, 1);
    (void)dup2(output, 2);
    if (k->socket < 0)
        (void)close(LAB_SOCKET);
}

pid_t sandbox_start(const struct sandbox *s, const struct confined *k)
{
    struct command c;
    pid_t pid;

    make_command(&c, s, k);
    pid = fork();
    if (pid == 0) {
        (void)setpgid(0, 0);
        (void)signal(SIGINT, SIG_DFL);
        (void)signal(SIGPIPE, SIG_DFL);
        arrange(k);
        (void)execvp(c.argv[0], (char *const *)(void *)c.argv);
        _exit(125);
    }
    if (pid > 0)
        (void)setpgid(pid, pid); /* whoever of the two comes first */
    return pid;
}

bool sandbox_ended(pid_t pid)
{
    siginfo_t info = {.si_pid = 0};

    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid == pid;
}

int sandbox_end(pid_t pid)
{
    int status = 0;
    pid_t got;

    (void)kill(-pid, SIGKILL);
    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    /* Grandchildren that lost their parent have become ours (PR_SET_CHILD_SUBREAPER) or init's. */
    while (waitpid(-pid, NULL, 0) > 0)
        ;
    return status;
}

/* Does a program come back from there with 0? */
static bool works(const struct sandbox *s, const char *dir)
{
    static char program[] = "/usr/bin/true";
    char *const argv[] = {program, NULL};
    const struct confined k = {.dir = dir, .argv = argv, .output = "probe", .socket = -1};
    pid_t pid = sandbox_start(s, &k);
    int status = -1;

    if (pid < 0)
        return false;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* May it be used? Where nobody has chosen, all may. */
static bool chosen(const char *word)
{
    const char *list = getenv("RINGSIDE_SANDBOX");

    return !list || strstr(list, word);
}

void sandbox_find(struct sandbox *s, const char *launcher, const char *dir)
{
    static const struct tier ladder[] = {
        {true, true, true, false}, {false, true, true, false}, {true, false, true, false}};
    bool root = geteuid() == 0 && chosen("user");

    for (unsigned i = 0; i < 2 * sizeof ladder / sizeof ladder[0]; i++) {
        struct tier t = ladder[i / 2];

        t.user = i % 2 == 0;
        *s = (struct sandbox){.launcher = launcher, .tier = t};
        if ((t.user && !root) || (t.bubblewrap && !chosen("bubblewrap")) || (t.landlock && !chosen("landlock")) ||
            (t.seccomp && !chosen("seccomp")))
            continue;
        if (works(s, dir))
            return;
    }
    s->tier = (struct tier){.user = root};
    if (root && !works(s, dir))
        s->tier.user = false;
}

bool sandbox_holds(const struct sandbox *s)
{
    return s->tier.seccomp && (s->tier.landlock || s->tier.bubblewrap);
}

void sandbox_name(const struct sandbox *s, char *text, size_t room)
{
    const struct tier *t = &s->tier;

    (void)snprintf(text, room, "%s%s%s%slimits", t->bubblewrap ? "bubblewrap+" : "", t->landlock ? "landlock+" : "",
                   t->seccomp ? "seccomp+" : "", t->user ? "user+" : "");
}

int sandbox_give(const struct sandbox *s, const char *dir, unsigned slot)
{
    return s->tier.user ? chown(dir, user_of(slot), (gid_t)user_of(slot)) : 0;
}
