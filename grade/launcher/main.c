/* SPDX-License-Identifier: MIT */
/*
 *   sandbox [-l] [-s] [-u UID] compile|run DIR PROGRAM [ARGUMENT...]
 *   sandbox -p                    prints what could be used here: landlock, seccomp
 *
 * -l: Landlock, -s: seccomp, -u: become this user first. Limits apply always. Exit status 125: something asked for could
 * not be had, and nothing was run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "grade/launcher/launcher.h"
#include "labs/include/lab_wire.h"

enum { CANNOT = 125, OF_SIGNAL = 128, KEPT_DESCRIPTORS = 4, DESCRIPTORS = 1024 };

#define MB (1ull << 20)

/* What a profile may use. `processes` binds only users who own nothing else, so it comes with -u. */
static const struct limits {
    rlim_t cpu, memory, file, descriptors, processes;
} limits[] = {[PROFILE_COMPILE] = {20, 2048 * MB, 64 * MB, 256, 64}, [PROFILE_RUN] = {3, 256 * MB, 1 * MB, 16, 1}};

static int cannot(const char *what)
{
    fprintf(stderr, "sandbox: %s: %s\n", what, strerror(errno));
    return CANNOT;
}

static int limit(int resource, rlim_t value)
{
    const struct rlimit r = {value, value};

    return setrlimit(resource, &r);
}

static int set_limits(const struct limits *l, bool own_user)
{
    const struct rlimit cpu = {l->cpu, l->cpu + 1}; /* first SIGXCPU, which says what it was */
    int bad = setrlimit(RLIMIT_CPU, &cpu) | limit(RLIMIT_FSIZE, l->file) | limit(RLIMIT_NOFILE, l->descriptors) |
              limit(RLIMIT_CORE, 0);

#ifdef __linux__
    bad |= limit(RLIMIT_AS, l->memory) | limit(RLIMIT_MSGQUEUE, 0) | limit(RLIMIT_MEMLOCK, 0);
#endif
    return bad | (own_user ? limit(RLIMIT_NPROC, l->processes) : 0);
}

static int become(uid_t uid)
{
    return setgroups(0, NULL) | setgid((gid_t)uid) | setuid(uid);
}

/* No descriptor but the standard ones and the judge's socket. */
static void close_rest(void)
{
    for (int fd = KEPT_DESCRIPTORS; fd < DESCRIPTORS; fd++)
        (void)close(fd);
}

/* Whoever started this may be killed without a word: then comes this signal. It is not inherited. */
static void at_end_of_parent(int signal, pid_t parent)
{
#ifdef __linux__
    (void)prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0);
    if (getppid() != parent)
        (void)raise(signal);
#endif
}

static void end_group(int signal)
{
    (void)signal;
    (void)kill(0, SIGKILL);
}

/*
 * A compiler has children, which would survive the grader. So its launcher stays, outside the confinement, and ends the
 * group when the grader is gone. Returns in the child; the parent ends as the child did.
 */
static void guard(pid_t parent)
{
    pid_t child;
    int status = 0;

    (void)signal(SIGTERM, end_group);
    at_end_of_parent(SIGTERM, parent);
    child = fork();
    if (child < 0)
        _exit(CANNOT);
    if (child == 0) {
        (void)signal(SIGTERM, SIG_DFL);
        return;
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : OF_SIGNAL + WTERMSIG(status));
}

static int probe(void)
{
    printf("%s%s\n", files_can() ? "landlock " : "", calls_can() ? "seccomp" : "");
    return 0;
}

int main(int argc, char **argv)
{
    bool files = false, calls = false;
    char *const environment[] = {(char *)"PATH=/usr/bin:/bin", (char *)"TMPDIR=.", (char *)"LC_ALL=C.UTF-8", NULL};
    enum profile p;
    pid_t parent = getppid();
    uid_t uid = 0;
    int option;

    while ((option = getopt(argc, argv, "+lpsu:")) != -1) {
        files |= option == 'l';
        calls |= option == 's';
        if (option == 'u')
            uid = (uid_t)strtoul(optarg, NULL, 10);
        if (option == 'p')
            return probe();
    }
    if (argc - optind < 3)
        return CANNOT;
    p = strcmp(argv[optind], "run") == 0 ? PROFILE_RUN : PROFILE_COMPILE;
    close_rest();
    if (chdir(argv[optind + 1]))
        return cannot("chdir");
    if (uid && become(uid))
        return cannot("setuid");
    if (p == PROFILE_COMPILE)
        guard(parent);
    else
        at_end_of_parent(SIGKILL, parent);
    if (set_limits(&limits[p], uid != 0))
        return cannot("setrlimit");
    if (files && files_confine(p))
        return cannot("landlock");
    if (calls && calls_confine(p))
        return cannot("seccomp");
    if (p == PROFILE_RUN && send(LAB_SOCKET, "", 1, 0) != 1) /* whom the judge will hear (grade/remote.c) */
        return cannot("send");
    (void)execve(argv[optind + 2], argv + optind + 2, environment);
    _exit(CANNOT); /* nothing else may be allowed here */
}
