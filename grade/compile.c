/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* strcasestr() */
#include "grade/compile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "grade/course.h"
#include "grade/launcher/launcher.h"
#include "grade/sandbox.h"
#include "grade/submission.h"
#include "vmm/words.h"

enum { LOOK_MS = 10, PATIENCE_MS = 180000, LOG_ROOM = 65536, LAST_LINES = 5 };

static const char log_name[] = "compile.log";

/* By path: nothing is searched for in the sandbox. */
static const char *compiler(void)
{
    static const char *const known[] = {"/usr/bin/gcc", "/usr/bin/clang", "/usr/bin/cc"};

    for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++)
        if (access(known[i], X_OK) == 0)
            return known[i];
    return NULL;
}

/* The job's folder holds all that the compiler needs of ours, so that it may see nothing else. */
static int furnish(const struct course *c, const struct submission *sub, const char *dir)
{
    static const char *const ours[][2] = {{"include/ringside_lab.h", "ringside_lab.h"},
                                          {"include/lab_wire.h", "lab_wire.h"},
                                          {"worker/worker.c", "worker.c"}};
    char from[FOLDER_ROOM], to[FOLDER_ROOM];

    for (unsigned i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (folder_path(from, c->places->labs, ours[i][0]) || folder_path(to, dir, ours[i][1]) || folder_copy(from, to))
            return -1;
    return folder_path(to, dir, c->lab.file) || folder_write(to, sub->text, sub->size) ? -1 : 0;
}

/* Waits for the compiler, but not for ever: false says that it was ended by us, which is no fault of what it compiles. */
static bool wait_for(pid_t pid, int *status)
{
    bool ended = sandbox_ended(pid);

    for (unsigned ms = 0; ms < PATIENCE_MS && !ended; ms += LOOK_MS) {
        (void)poll(NULL, 0, LOOK_MS);
        ended = sandbox_ended(pid);
    }
    *status = sandbox_end(pid); /* with what it may have left behind */
    return ended;
}

/* Compiler, assembler and linker do not agree on capitals. */
static bool tells(const char *line)
{
    static const char *const word[] = {"error", "undefined", "multiple definition", "sandbox:"};

    for (unsigned i = 0; i < sizeof word / sizeof word[0]; i++)
        if (strcasestr(line, word[i]))
            return true;
    return false;
}

/* A line more, whole or not at all, so that no character is cut. False: no room. */
static bool quote(const char *line, char *said, size_t room)
{
    size_t used = strlen(said);
    char clean[300];

    submission_utf8(line, strlen(line), clean, sizeof clean);
    if (strlen(clean) + sizeof "\n    " > room - used)
        return false;
    (void)snprintf(said + used, room - used, "\n    %s", clean);
    return true;
}

/* The first lines that tell of an error, or, where none does, the last ones; at most `room` bytes. */
static void quote_errors(const char *dir, char *said, size_t room)
{
    char path[FOLDER_ROOM], text[LOG_ROOM], *last[LAST_LINES] = {NULL};
    unsigned lines = 0, told = 0;
    int fd = folder_path(path, dir, log_name) ? -1 : open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);

    if (fd >= 0)
        (void)close(fd);
    text[n > 0 ? n : 0] = '\0';
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        last[lines++ % LAST_LINES] = line;
        if (!tells(line))
            continue;
        told++;
        if (!quote(line, said, room))
            break;
    }
    for (unsigned i = 0; i < LAST_LINES && !told; i++)
        if (last[(lines + i) % LAST_LINES])
            (void)quote(last[(lines + i) % LAST_LINES], said, room);
}

enum compiled compile(const struct course *c, const struct sandbox *s, const struct submission *sub, const char *dir,
                      unsigned slot, char *said, size_t room)
{
    const char *cc = compiler();
    const char *const argv[] = {cc,        "-std=gnu17", "-O1",       "-g",       "-w", "-fdiagnostics-color=never",
                                "-I.",
#ifdef __linux__
                                "-static",
#endif
                                "-o",      WORKER,       c->lab.file, "worker.c", NULL};
    const struct confined k = {
        .dir = dir, .argv = (char *const *)(void *)argv, .output = log_name, .socket = -1, .slot = slot};
    pid_t pid;
    int status;

    if (!cc || furnish(c, sub, dir) || sandbox_give(s, dir, slot) || (pid = sandbox_start(s, &k)) < 0) {
        (void)snprintf(said, room, _("the compiler cannot be started: %s"), cc ? strerror(errno) : "gcc");
        return COMPILE_FAULT;
    }
    if (!wait_for(pid, &status)) {
        (void)snprintf(said, room, _("the compiler was not done after %d s"), PATIENCE_MS / 1000);
        return COMPILE_FAULT;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return COMPILED;
    (void)snprintf(said, room, "%s", _("it does not compile:"));
    quote_errors(dir, said, room);
    return WIFEXITED(status) && WEXITSTATUS(status) == 125 ? COMPILE_FAULT : COMPILE_REFUSED;
}
