/* SPDX-License-Identifier: MIT */
/*
 * A lesson's text, cut where it stands:
 *
 *      # Title          anything up to the first section is the introduction
 *      ## Heading {#id} one section a step, in the order of the steps
 *      text             BEFORE; choices are lines "- (a) text"
 *      ---
 *      text             AFTER
 *      ## Heading {#sources}
 */
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ui/i18n.h"
#include "ui/lesson/lesson.h"

/* Where in which file, for errors. */
struct cut {
    struct lesson *l;
    enum lesson_language lang;
    char *error;
    size_t room;
};

static int wrong(const struct cut *k, const char *section, const char *what, const char *which)
{
    (void)snprintf(k->error, k->room, "%s/%s: {#%s}: %s%s%s", k->l->folder, lesson_file(k->lang), section, what,
                   *which ? ": " : "", which);
    return -1;
}

/* The next line that begins with `mark`, or NULL. */
static char *line_with(char *text, const char *mark)
{
    size_t n = strlen(mark);

    if (strncmp(text, mark, n) == 0)
        return text;
    while ((text = strchr(text, '\n')))
        if (strncmp(++text, mark, n) == 0)
            return text;
    return NULL;
}

/* Ends the line at `at` and returns what follows it. */
static char *cut_line(char *at)
{
    at += strcspn(at, "\n");
    if (*at)
        *at++ = '\0';
    return at;
}

/* "Heading {#id}": cuts the heading at its end, and returns the id; NULL: there is none. */
static const char *cut_id(char *heading)
{
    char *brace = strstr(heading, " {#"), *end = brace ? strchr(brace, '}') : NULL;

    if (!end || end[1])
        return NULL;
    *brace = *end = '\0';
    return brace + 3;
}

/* Each choice of the question has a line, and each such line a choice. */
static int check_choices(const struct cut *k, const struct step *s, const char *text)
{
    const cJSON *choices = cJSON_GetObjectItemCaseSensitive(s->question, "choices"), *i;
    char mark[LESSON_NAME];
    int lines = 0;

    for (const char *at = text; (at = strstr(at, "\n- (")); at++)
        lines++;
    cJSON_ArrayForEach(i, choices)
    {
        (void)snprintf(mark, sizeof mark, "\n- (%s) ", i->string);
        if (!strstr(text, mark))
            return wrong(k, s->id, _("there is no line for the choice"), i->string);
    }
    return lines == cJSON_GetArraySize(choices) ? 0 : wrong(k, s->id, _("a line is no choice of the question"), "");
}

static int take_step(const struct cut *k, struct step *s, const char *heading, const char *id, char *text)
{
    char *rule = line_with(text, "---\n");

    if (strcmp(s->id, id) != 0)
        return wrong(k, id, _("here the section of this step is wanted"), s->id);
    if (!rule)
        return wrong(k, id, _("there is no line --- before what comes after the answer"), "");
    (void)cut_line(rule);
    *rule = '\0';
    s->section[k->lang] = (struct section){.heading = heading, .text = {text, rule + 4}};
    return check_choices(k, s, text);
}

int lesson_sections(struct lesson *l, enum lesson_language lang, char *error, size_t room)
{
    const struct cut k = {l, lang, error, room};
    char *at = line_with(l->text[lang], "## "), *next;

    if (strncmp(l->text[lang], "# ", 2) != 0 || !at)
        return wrong(&k, "", _("the file begins with '# Title', and has sections '## Heading {#id}'"), "");
    at[-1] = '\0';
    l->intro[lang] = cut_line(l->text[lang]);
    for (unsigned i = 0; at; at = next, i++) {
        char *heading = at + 3, *text = cut_line(at);
        const char *id = cut_id(heading);

        next = line_with(text, "## ");
        if (next)
            next[-1] = '\0';
        if (!id)
            return wrong(&k, heading, _("the heading has no {#id}"), "");
        if (i < l->steps ? take_step(&k, &l->step[i], heading, id, text) : strcmp(id, "sources") || next)
            return i < l->steps ? -1 : wrong(&k, id, _("after the steps there is one section {#sources}"), "");
        l->sources[lang] = text;
        if (!next && i != l->steps)
            return wrong(&k, id, _("sections are missing"), "");
    }
    return 0;
}
