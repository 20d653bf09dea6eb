/* SPDX-License-Identifier: MIT */
#include "ui/tui/shot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/i18n.h"
#include "ui/tui/term.h"
#include "ui/tui/tui.h"

enum { SAYS = 256, PATH_ROOM = 1024 };

struct wanted {
    char path[PATH_ROOM];
    int width, height;
    unsigned page; /* from 1 */
};

/* False: the words are no picture's. */
static bool parse(const char *words, struct wanted *w)
{
    char extra;
    int n;

    *w = (struct wanted){.page = 1};
    n = sscanf(words, "%1023s %dx%d %u %c", w->path, &w->width, &w->height, &w->page, &extra);
    if (n == 1)
        return true;
    return (n == 3 || n == 4) && w->width >= TERM_MIN_WIDTH && w->height >= TERM_MIN_HEIGHT && w->width <= GRID_MAX &&
           w->height <= GRID_MAX && w->page >= 1 && w->page <= PAGES;
}

/* A screen of that size, which no terminal ever sees. */
static int draw(struct debugger *d, const struct wanted *w)
{
    struct tui *t = malloc(sizeof *t);
    int result = -1, x, y;

    if (!t)
        return -1;
    tui_init(t, d, NULL);
    t->page = w->page - 1;
    if (grid_resize(&t->grid, w->width, w->height) == 0) {
        tui_draw(t, &x, &y);
        result = svg_write(&t->grid, w->path);
    }
    tui_free(t);
    free(t);
    return result;
}

int shot(struct debugger *d, const struct grid *shown, const char *words, char says[SAYS])
{
    struct wanted w;
    int result;

    if (!parse(words, &w) || (!w.width && !shown)) {
        (void)snprintf(says, SAYS, _("shot FILE.svg [WIDTHxHEIGHT [PAGE]]: '%s' will not do"), words);
        return -1;
    }
    errno = 0;
    result = w.width ? draw(d, &w) : svg_write(shown, w.path);
    if (result)
        (void)snprintf(says, SAYS, _("shot: '%.120s': %s"), w.path,
                       errno == EINVAL ? _("a name that ends in .svg is wanted") : strerror(errno));
    else
        (void)snprintf(says, SAYS, _("the screen was drawn into %.200s"), w.path);
    return result;
}
