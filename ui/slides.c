/* SPDX-License-Identifier: MIT */
/* `ringside slides [NAME]`: which there are, and one of them in the browser. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui/command.h"
#include "ui/i18n.h"
#include "ui/options.h"
#include "ui/place.h"
#include "ui/report.h"

enum { SLIDES_MAX = 64, NAME_ROOM = 128 };

static const char HTML[] = ".html";

struct found {
    char name[SLIDES_MAX][NAME_ROOM];
    unsigned count;
};

static bool is_html(const char *name)
{
    size_t n = strlen(name), tail = sizeof HTML - 1;

    return n > tail && n < NAME_ROOM && strcmp(name + n - tail, HTML) == 0 && !strstr(name, ".print.");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Those that were made. -1: none were. */
static int find(const char *folder, struct found *f)
{
    DIR *d = opendir(folder);
    struct dirent *e;

    f->count = 0;
    while (d && f->count < SLIDES_MAX && (e = readdir(d)))
        if (is_html(e->d_name))
            (void)snprintf(f->name[f->count++], NAME_ROOM, "%.*s", NAME_ROOM - 1, e->d_name);
    if (d)
        (void)closedir(d);
    qsort(f->name, f->count, sizeof f->name[0], by_name);
    return f->count ? 0 : -1;
}

/* One whose name begins so, in the language of the messages if there is one in it; 4 is 04-. NULL: none. */
static const char *choose(const struct found *f, const char *word)
{
    char *end, start[NAME_ROOM];
    unsigned long number = strtoul(word, &end, 10);
    const char *best = NULL;

    if (*end)
        (void)snprintf(start, sizeof start, "%s", word);
    else
        (void)snprintf(start, sizeof start, "%02lu-", number);
    for (unsigned i = 0; i < f->count; i++)
        if (strncmp(f->name[i], start, strlen(start)) == 0 &&
            (!best ||
             /* TRANSLATORS: what the file names of slides in your language hold */ strstr(f->name[i], _(".en."))))
            best = f->name[i];
    return best;
}

/* The desktop's own opener. 0, or -1: there is none, or it failed. */
static int open_file(const char *path)
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        execlp("xdg-open", "xdg-open", path, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int list(const char *folder, const struct found *f)
{
    for (unsigned i = 0; i < f->count; i++)
        printf("%s/%s\n", folder, f->name[i]);
    printf("%s\n", _("`ringside slides N` opens one of them"));
    return STATUS_OK;
}

int command_slides(int argc, char **argv)
{
    struct options o;
    struct found f;
    char folder[PLACE_ROOM], path[PLACE_ROOM + NAME_ROOM];
    const char *name;

    if (options_parse(&o, FOR_SLIDES, argc, argv))
        return STATUS_USAGE;
    if (o.help)
        return command_help("slides");
    if (place_of("slides", folder) || find(folder, &f))
        return report(STATUS_USAGE, "%s",
                      _("slides: none are made yet: `./ringside --install slides`, then `make slides`"));
    if (!o.word)
        return list(folder, &f);
    name = choose(&f, o.word);
    if (!name)
        return report(STATUS_USAGE, _("slides: '%s' names none of them"), o.word);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    printf("%s\n", path);
    (void)fflush(stdout);
    if ((getenv("DISPLAY") || getenv("WAYLAND_DISPLAY")) && open_file(path) == 0)
        return STATUS_OK;
    return report(STATUS_FAILED, "%s", _("slides: no browser could be opened here; open that file in one"));
}
