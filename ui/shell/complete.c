/* SPDX-License-Identifier: MIT */
/*
 * Tab: what could stand at the end of a line. The last word is what follows the last blank; of it, the part behind an
 * operator or a bracket is completed, and the rest comes along.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "interp/symbols.h"
#include "ui/debug/countname.h"
#include "ui/debug/regname.h"
#include "ui/shell/command.h"
#include "ui/shell/names.h"
#include "ui/view/view.h"
#include "vmm/technique.h"

enum { COMPLETIONS_MAX = 2000, COMPLETION_TEXT = 1100 };

struct completion {
    char *line; /* for which they were made */
    char **item;
    size_t count, room;
};

/* What is being completed. */
struct request {
    struct shell *sh;
    struct completion *to;
    const char *word; /* the part that has been typed, */
    const char *kept; /* and the last word up to it, */
    int kept_size;    /* in bytes */
};

void completion_free(struct completion *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->count; i++)
        free(c->item[i]);
    free(c->item);
    free(c->line);
    free(c);
}

static void add(struct request *r, const char *text)
{
    struct completion *c = r->to;
    char whole[COMPLETION_TEXT];

    if (c->count == COMPLETIONS_MAX)
        return;
    if (c->count == c->room) {
        size_t room = c->room ? 2 * c->room : 32;
        char **more = realloc(c->item, room * sizeof *more);

        if (!more)
            return;
        c->item = more;
        c->room = room;
    }
    (void)snprintf(whole, sizeof whole, "%.*s%s", r->kept_size, r->kept, text);
    c->item[c->count] = strdup(whole);
    c->count += c->item[c->count] != NULL;
}

static void offer(struct request *r, const char *text)
{
    if (strncmp(text, r->word, strlen(r->word)) == 0)
        add(r, text);
}

static void offer_list(struct request *r, const char *const *list)
{
    for (; *list; list++)
        offer(r, *list);
}

/* ---- kinds ------------------------------------------------------------------------------------------------------- */

static void offer_commands(struct request *r)
{
    for (unsigned f = 0; command_families[f]; f++)
        for (const struct shell_command *c = command_families[f]; c->name; c++)
            offer(r, c->name);
}

static void offer_registers(struct request *r)
{
    bool hardware = strncmp(r->word, "$hw.", 4) == 0;
    char name[32];

    for (const struct reg_name *n = reg_names; n->name; n++) {
        (void)snprintf(name, sizeof name, "$%s%s", hardware ? "hw." : "", n->name);
        offer(r, name);
    }
    if (!hardware)
        offer(r, "$hw.");
    for (unsigned i = 0; count_offer(i, name, sizeof name); i++)
        offer(r, name);
}

static void offer_symbols(struct request *r)
{
    const struct symbols *t = r->sh->d->s.symbols;

    for (size_t i = 0; i < symbols_count(t); i++)
        offer(r, symbols_get(t, i)->name);
}

/* Only the last name of an expression is completed. */
static void offer_expression(struct request *r)
{
    const char *from = r->word + strlen(r->word);

    while (from > r->word && !strchr("+-*/%<>&|^~!=?:()", from[-1]))
        from--;
    r->kept_size += (int)(from - r->word);
    r->word = from;
    if (*from == '$') {
        offer_registers(r);
        return;
    }
    offer_symbols(r);
}

static void offer_info(struct request *r)
{
    for (unsigned i = 0; views[i]; i++)
        offer(r, views[i]->name);
    offer(r, "symbol");
    offer(r, "line");
}

static void offer_techniques(struct request *r)
{
    for (unsigned i = 0; techniques[i]; i++)
        offer(r, techniques[i]->name);
    offer(r, "next");
}

static void offer_exits(struct request *r)
{
    for (unsigned i = 0; i < EXIT_REASONS; i++)
        offer(r, exit_info[i].name);
}

static void offer_vectors(struct request *r)
{
    for (unsigned v = 0; v < 32; v++)
        if (exception_name(v))
            offer(r, exception_name(v));
}

/* `words` of the line stand before the one in progress, `previous` is the last of them. */
static void offer_stops(struct request *r, unsigned words, const char *previous)
{
    static const char *const kind[] = {"exit", "trap", NULL};

    if (words == 2 && strcmp(previous, "exit") == 0)
        offer_exits(r);
    else if (words == 2 && strcmp(previous, "trap") == 0)
        offer_vectors(r);
    if (words == 1)
        offer_list(r, kind);
    offer_expression(r);
}

static void offer_forecasts(struct request *r, unsigned words, const char *previous)
{
    static const char *const forecast[] = {"no-trap", "trap", "hidden", "true", "on", "off", NULL};

    if (words == 1)
        offer_list(r, forecast);
    else if (words == 2 && strcmp(previous, "trap") == 0)
        offer_vectors(r);
}

static void offer_files(struct request *r)
{
    const char *slash = strrchr(r->word, '/');
    size_t n = slash ? (size_t)(slash - r->word) + 1 : 0;
    char folder[LINE_ROOM], path[COMPLETION_TEXT + 256];
    const struct dirent *e;
    DIR *dir;

    (void)snprintf(folder, sizeof folder, "%.*s", (int)n, r->word);
    dir = opendir(n ? folder : ".");
    while (dir && (e = readdir(dir))) {
        struct stat st;

        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s%s", folder, e->d_name);
        if (!stat(path, &st) && S_ISDIR(st.st_mode))
            (void)snprintf(path, sizeof path, "%s%s/", folder, e->d_name);
        offer(r, path);
    }
    if (dir)
        (void)closedir(dir);
}

/* ---- a line ------------------------------------------------------------------------------------------------------ */

static void offer_arguments(struct request *r, const struct shell_command *c, unsigned words, const char *previous)
{
    static const char *const access[] = {"read", "write", "exec", "user", "kernel", NULL};

    switch (c->completes) {
    case COMPLETES_EXPRESSION: offer_expression(r); break;
    case COMPLETES_STOP: offer_stops(r, words, previous); break;
    case COMPLETES_ACCESS:
        if (words == 1)
            offer_expression(r);
        else
            offer_list(r, access);
        break;
    case COMPLETES_INFO: offer_info(r); break;
    case COMPLETES_COMMAND: offer_commands(r); break;
    case COMPLETES_TECHNIQUE: offer_techniques(r); break;
    case COMPLETES_FORECAST: offer_forecasts(r, words, previous); break;
    case COMPLETES_FILE: offer_files(r); break;
    case COMPLETES_NOTHING: break;
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void find_all(struct shell *sh, struct completion *to)
{
    const char *line = to->line, *at = line, *blank = strrchr(line, ' ');
    struct request r = {.sh = sh, .to = to, .kept = blank ? blank + 1 : line};
    char word[WORD] = "", previous[WORD] = "";
    const struct shell_command *c = NULL;
    unsigned words = 0;

    r.word = r.kept;
    while (at < r.kept && arg_word(&at, word) && at <= r.kept) {
        (void)snprintf(previous, sizeof previous, "%s", word);
        if (words++ == 0) {
            word[strcspn(word, "/")] = '\0';
            c = command_lookup(word);
        }
    }
    if (words == 0)
        offer_commands(&r);
    else if (c)
        offer_arguments(&r, c, words, previous);
    if (to->count)
        qsort(to->item, to->count, sizeof *to->item, by_name);
}

char *shell_complete(struct shell *sh, const char *line, unsigned n)
{
    struct completion *c = sh->completion;

    if (!c || !c->line || n == 0 || strcmp(c->line, line) != 0) {
        completion_free(c);
        sh->completion = c = calloc(1, sizeof *c);
        if (!c || !(c->line = strdup(line)))
            return NULL;
        find_all(sh, c);
    }
    return n < c->count ? strdup(c->item[n]) : NULL;
}
