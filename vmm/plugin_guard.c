/* SPDX-License-Identifier: MIT */
#include "vmm/plugin_guard.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vmm/words.h"

enum { TRIED = 87, SECONDS = 5 };

/* ---- constructors ------------------------------------------------------------------------------------------------ */

static void child(const char *path)
{
    int null = open("/dev/null", O_RDWR);

    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        (void)dup2(null, fd);
    (void)signal(SIGALRM, SIG_DFL);
    (void)alarm(SECONDS);
    (void)dlopen(path, RTLD_NOW | RTLD_LOCAL); /* what cannot be loaded the parent is told, too */
    _exit(TRIED);
}

int plugin_try(const char *path, char *error, size_t room)
{
    pid_t pid = fork();
    int status = 0, ended;

    if (pid == 0)
        child(path);
    do
        ended = pid < 0 ? -1 : (int)waitpid(pid, &status, 0);
    while (ended < 0 && pid > 0 && errno == EINTR);
    if (ended < 0)
        (void)snprintf(error, room, "%s", strerror(errno));
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        (void)snprintf(error, room, _("its constructors were not done after %d s"), SECONDS);
    else if (WIFSIGNALED(status))
        (void)snprintf(error, room, _("it crashed while it was loaded (signal %d, %s)"), WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != TRIED)
        (void)snprintf(error, room, "%s", _("it ends the program that loads it"));
    else
        return 0;
    return -1;
}

/* ---- crashes ----------------------------------------------------------------------------------------------------- */

static const int crash[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
enum { CRASHES = sizeof crash / sizeof crash[0] };

/* A signal knows no VM: what runs now, and what was done about crashes before. */
static struct {
    const char *path; /* that `text` is about */
    volatile sig_atomic_t inside;
    bool installed;
    char text[4200];
    struct sigaction before[CRASHES];
} running;

/* The instruction is tried again, or abort() goes on, under the action that was there before. */
static void on_crash(int number)
{
    for (unsigned i = 0; i < CRASHES; i++)
        (void)sigaction(crash[i], &running.before[i], NULL);
    if (running.inside) {
        ssize_t ignored = write(STDERR_FILENO, running.text, strlen(running.text));

        (void)ignored;
    }
    (void)number;
}

static void install(void)
{
    struct sigaction a = {.sa_handler = on_crash};

    (void)sigemptyset(&a.sa_mask);
    for (unsigned i = 0; i < CRASHES; i++)
        (void)sigaction(crash[i], &a, &running.before[i]);
    running.installed = true;
}

void plugin_enter(const char *path)
{
    if (!running.installed)
        install();
    if (running.path != path) {
        running.path = path;
        (void)snprintf(running.text, sizeof running.text, _("ringside: the plug-in %s crashed\n"), path);
    }
    running.inside = 1;
}

void plugin_leave(void)
{
    running.inside = 0;
}
