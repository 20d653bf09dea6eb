/* SPDX-License-Identifier: MIT */
/*
 * Lines that wait to be run: files in files (source), and at the bottom what was typed. A file stays on the stack until
 * its last line has been run, so that one that sources itself is found out wherever it does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "interp/file.h"
#include "ui/i18n.h"
#include "ui/shell/command.h"

enum { DEPTH_MAX = 16, FILE_ERROR = 512 };

struct script {
    struct script *below;
    char *path; /* NULL: typed */
    char *text;
    size_t size, at;
    unsigned line; /* that runs, or ran last */
    dev_t device;
    ino_t inode;
};

static void discard(struct script *s)
{
    free(s->path);
    free(s->text);
    free(s);
}

static struct script *make(char *text, size_t size, const char *path)
{
    struct script *s = calloc(1, sizeof *s);

    if (s) {
        *s = (struct script){.text = text, .size = size, .path = path ? strdup(path) : NULL};
        if (!path || s->path)
            return s;
        free(s);
    }
    free(text);
    return NULL;
}

void script_type(struct shell *sh, const char *line)
{
    char *text = strdup(line);
    struct script *s = text ? make(text, strlen(text), NULL) : NULL, **bottom = &sh->script;

    while (*bottom)
        bottom = &(*bottom)->below;
    *bottom = s;
}

static unsigned depth(const struct shell *sh)
{
    unsigned n = 0;

    for (const struct script *s = sh->script; s; s = s->below)
        n++;
    return n;
}

static bool runs_already(const struct shell *sh, const struct stat *st)
{
    for (const struct script *s = sh->script; s; s = s->below)
        if (s->path && s->device == st->st_dev && s->inode == st->st_ino)
            return true;
    return false;
}

int shell_source(struct shell *sh, const char *path)
{
    char error[FILE_ERROR];
    struct stat st = {.st_dev = 0};
    struct script *s;
    uint8_t *data;
    size_t size;

    if (!stat(path, &st) && runs_already(sh, &st)) {
        shell_bad(sh, _("%s: it is being run already"), path);
        return -1;
    }
    if (depth(sh) >= DEPTH_MAX) {
        shell_bad(sh, _("%s: files call files too deeply"), path);
        return -1;
    }
    if (S_ISREG(st.st_mode) && st.st_size == 0)
        return 0;
    if (file_read(path, &data, &size, error, sizeof error)) {
        shell_bad(sh, "%s", error);
        return -1;
    }
    s = make((char *)data, size, path);
    if (!s) {
        shell_bad(sh, "%s", _("out of memory"));
        return -1;
    }
    s->device = st.st_dev;
    s->inode = st.st_ino;
    s->below = sh->script;
    sh->script = s;
    return 0;
}

static bool finished(const struct script *s)
{
    return s->path ? s->at >= s->size : s->line > 0; /* an empty line that was typed is one */
}

bool script_waits(const struct shell *sh)
{
    for (const struct script *s = sh->script; s; s = s->below)
        if (!finished(s))
            return true;
    return false;
}

/* The next line of a script; one too long, or with a NUL in it, is none. False after a complaint. */
static bool take_line(struct shell *sh, struct script *s, char line[LINE_ROOM])
{
    const char *from = s->text + s->at, *end = memchr(from, '\n', s->size - s->at);
    size_t n = end ? (size_t)(end - from) : s->size - s->at;

    s->at += n + (end != NULL);
    s->line++;
    if (n >= LINE_ROOM) {
        shell_bad(sh, "%s", _("the line is too long"));
        return false;
    }
    if (memchr(from, '\0', n)) {
        shell_bad(sh, "%s", _("the line is not text"));
        return false;
    }
    memcpy(line, from, n);
    line[n] = '\0';
    line[strcspn(line, "\r")] = '\0';
    return true;
}

bool script_next(struct shell *sh, char line[LINE_ROOM], bool *typed)
{
    while (sh->script) {
        struct script *s = sh->script;

        if (finished(s)) {
            sh->script = s->below;
            discard(s);
        } else if (take_line(sh, s, line)) {
            *typed = !s->path;
            return true;
        }
    }
    return false;
}

const char *script_place(const struct shell *sh, char *text, size_t room)
{
    const struct script *s = sh->script;

    text[0] = '\0';
    if (s && s->path && s->line)
        (void)snprintf(text, room, "%s:%u: ", s->path, s->line);
    return text;
}

void script_drop(struct shell *sh)
{
    while (sh->script) {
        struct script *s = sh->script;

        sh->script = s->below;
        discard(s);
    }
}
