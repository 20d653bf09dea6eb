/* SPDX-License-Identifier: MIT */
#include "ui/lesson/stage.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "ui/i18n.h"
#include "ui/shell/shell.h"
#include "vmm/technique.h"

/* A lesson's guest does what it has to in far less, and one that hangs is to be noticed soon. */
static const uint64_t LIMIT = 100000000, SLICE_NS = 100000000;

static const char *string(const cJSON *o, const char *key)
{
    const char *s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));

    return s ? s : "";
}

static void choose(const struct stage *g, const cJSON *machine, struct options *o)
{
    bool traps = strcmp(string(machine, "mode"), "trap") == 0;

    o->technique = traps && g->said->mode_said ? g->said->technique : technique_find(string(machine, "mode"));
    o->virtualizable =
        g->said->cpu_said ? g->said->virtualizable : strcmp(string(machine, "cpu"), "virtualizable") == 0;
    o->clock_insns = strcmp(string(machine, "clock"), "insns") == 0;
    o->limit = LIMIT;
    o->serial = "none";
    o->ascii = g->said->ascii;
}

int stage_open(struct stage *g, const struct step *s, char *error, size_t room)
{
    char name[LESSON_NAME];
    bool typed = g->d->typed_input;
    const struct lesson_play *playing = g->d->lesson;
    struct options o;

    (void)snprintf(name, sizeof name, "%s.elf", string(s->machine, "guest"));
    if (place_of(name, g->path)) {
        (void)snprintf(error, room, _("%s is not there: `make guests` builds it"), name);
        return -1;
    }
    options_init(&o);
    o.word = g->path;
    choose(g, s->machine, &o);
    if (!o.technique) { /* a handout of a lab lacks the one that students write */
        (void)snprintf(error, room, _("technique %s is not in this copy: writing it is a lab; then --mode FILE.so"),
                       string(s->machine, "mode"));
        return -1;
    }
    debug_close(g->d);
    if (debug_open(g->d, &o)) {
        g->sh->quit = true; /* there is nothing to look at any more */
        (void)snprintf(error, room, _("%s cannot be opened"), name);
        return -1;
    }
    g->d->typed_input = typed;
    vm_guest(debug_vm(g->d))->awaits_input |= typed;
    g->d->lesson = playing;
    return 0;
}

/* What the last command complained of. */
static int complaint(const struct shell *sh, const char *command, char *error, size_t room)
{
    char line[LESSON_ERROR / 2] = "";

    if (sh->out.lines)
        (void)sheet_copy(&sh->out, sh->out.lines - 1, line, sizeof line);
    (void)snprintf(error, room, "%s: %s", command, line);
    return -1;
}

static int command(struct stage *g, const struct step *s, enum phase p, const char *line, char *error, size_t room)
{
    struct shell *sh = g->sh;

    sheet_clear(&sh->out);
    sh->bad = false;
    shell_submit(sh, line);
    while (shell_advance(sh, SLICE_NS))
        ;
    if (sh->bad)
        return complaint(sh, line, error, room);
    if (!debug_ended(g->d) || *string(s->holds[p], "outcome"))
        return 0;
    (void)snprintf(error, room, _("%s: the guest's run ended on the way: %s"), line,
                   outcome_name(g->d->report.outcome));
    return -1;
}

int stage_run(struct stage *g, const struct step *s, enum phase p, char *error, size_t room)
{
    const cJSON *i;
    int result = 0;

    cJSON_ArrayForEach(i, s->commands[p])
    {
        result = command(g, s, p, i->valuestring, error, room);
        if (result)
            break;
    }
    sheet_clear(&g->sh->out);
    g->sh->bad = false;
    return result;
}

int stage_enter(struct stage *g, unsigned n, enum phase p, char *error, size_t room)
{
    const struct step *s = g->lesson->step;
    unsigned from = n;

    while (!s[from].machine)
        from--;
    shell_interrupt(g->sh);
    g->sh->ran = false;
    if (stage_open(g, &s[from], error, room))
        return -1;
    for (unsigned i = from; i <= n; i++)
        for (enum phase q = BEFORE; q < PHASES && !(i == n && q > p); q++)
            if (stage_run(g, &s[i], q, error, room))
                return -1;
    return 0;
}
