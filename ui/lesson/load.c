/* SPDX-License-Identifier: MIT */
/* From a lesson's folder to a struct lesson. Whatever is in the files, the end is a lesson or one line that says where. */
#include <cjson/cJSON.h>
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grade/submission.h"
#include "interp/file.h"
#include "ui/i18n.h"
#include "ui/lesson/lesson.h"
#include "ui/lesson/schema.h"
#include "ui/view/view.h"

enum lesson_language lesson_language(void)
{
    const char *l = getenv("LANGUAGE");

    return l && strncmp(l, "zh", 2) == 0 ? LESSON_ZH : LESSON_EN;
}

const char *lesson_file(enum lesson_language lang)
{
    return lang == LESSON_ZH ? "lesson.zh.md" : "lesson.en.md";
}

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* ---- which there are --------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

int lessons_list(char folder[LESSONS_MAX][LESSON_NAME])
{
    char path[PLACE_ROOM];
    DIR *d = place_of("../lessons", path) ? NULL : opendir(path);
    struct dirent *e;
    int n = 0;

    if (!d)
        return -1;
    while ((e = readdir(d)) && n < LESSONS_MAX)
        if (isdigit((unsigned char)e->d_name[0]) && strlen(e->d_name) < LESSON_NAME)
            strcpy(folder[n++], e->d_name);
    (void)closedir(d);
    qsort(folder, (size_t)n, sizeof folder[0], by_name);
    return n;
}

/* "4", "04", "trap-and-emulate" and "04-trap-and-emulate" all name the folder of that name. */
static bool is_named(const char *folder, const char *word)
{
    const char *dash = strchr(folder, '-');
    char *end;
    unsigned long n = strtoul(word, &end, 10);

    if (strcmp(folder, word) == 0 || (dash && strcmp(dash + 1, word) == 0))
        return true;
    return isdigit((unsigned char)*word) && !*end && n == strtoul(folder, NULL, 10);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

/* A file of the lesson, as a string. NULL after a line in `error`. */
static char *read_text(const char *folder, const char *name, char *error, size_t room)
{
    char lessons[PLACE_ROOM], path[PLACE_ROOM + LESSON_NAME + 32];
    uint8_t *data;
    char *text;
    size_t n;

    if (place_of("../lessons", lessons)) {
        (void)snprintf(error, room, "%s", _("the lessons are not beside this program; run it from where it was built"));
        return NULL;
    }
    (void)snprintf(path, sizeof path, "%s/%s%s%s", lessons, folder, *folder ? "/" : "", name);
    if (file_read(path, &data, &n, error, room))
        return NULL;
    text = memchr(data, '\0', n) || !submission_is_utf8((const char *)data, n) ? NULL : realloc(data, n + 1);
    if (!text) {
        (void)snprintf(error, room, _("%s: it is not text in UTF-8"), path);
        free(data);
        return NULL;
    }
    text[n] = '\0';
    return text;
}

/* cJSON says where it stopped; a line's number is what an author wants. */
static cJSON *parse(const char *text, const char *name, char *error, size_t room)
{
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithOpts(text, &end, true);
    unsigned line = 1;

    for (const char *c = text; !json && end && c < end; c++)
        line += *c == '\n';
    if (!json)
        (void)snprintf(error, room, _("%s:%u: no JSON"), name, line);
    return json;
}

static cJSON *read_json(const char *folder, const char *name, char *error, size_t room)
{
    char *text = read_text(folder, name, error, room);
    cJSON *json = text ? parse(text, name, error, room) : NULL;

    free(text);
    return json;
}

static int check_schema(const struct lesson *l, char *error, size_t room)
{
    char what[LESSON_ERROR];
    cJSON *schema = read_json("", "lesson.schema.json", error, room);
    int result = schema ? schema_check(schema, l->json, what, sizeof what) : -1;

    if (schema && result)
        (void)snprintf(error, room, "%s/lesson.json: %s", l->folder, what);
    cJSON_Delete(schema);
    return result;
}

/* ---- what the schema cannot say ---------------------------------------------------------------------------------- */

static int wrong(const struct lesson *l, const struct step *s, const char *what, const char *which, char *error,
                 size_t room)
{
    (void)snprintf(error, room, "%s/lesson.json: /steps/%u (%s): %s%s%s", l->folder, (unsigned)(s - l->step), s->id,
                   what, *which ? ": " : "", which);
    return -1;
}

/* Lessons come from others, too: they run the guest and look, and touch no files. */
static bool allowed(const char *command)
{
    static const char *const word[] = {"stepi", "nexti",  "continue", "until", "finish", "tick",
                                       "break", "tbreak", "watch",    "walk",  "key",    "delete"};
    size_t n = strcspn(command, " ");

    for (unsigned i = 0; i < sizeof word / sizeof word[0]; i++)
        if (strlen(word[i]) == n && strncmp(word[i], command, n) == 0)
            return true;
    return false;
}

static int check_commands(const struct lesson *l, const struct step *s, char *error, size_t room)
{
    const cJSON *i;

    for (enum phase p = BEFORE; p < PHASES; p++)
        cJSON_ArrayForEach(i, s->commands[p]) if (!allowed(i->valuestring)) return wrong(
            l, s, _("a lesson may not use this command"), i->valuestring, error, room);
    return 0;
}

/* What a kind of question must have, and what it must not. */
static int check_question(const struct lesson *l, struct step *s, char *error, size_t room)
{
    static const struct {
        const char *kind;
        bool choices, answer, within, from;
    } kind[] = {[QUESTION_CHOICE] = {"choice", .choices = true},
                [QUESTION_NUMBER] = {"number", .answer = true, .within = true},
                [QUESTION_POINT] = {"point", .answer = true, .from = true}};
    const cJSON *q = s->question;

    for (s->kind = q ? QUESTION_CHOICE : QUESTION_NONE; q && strcmp(kind[s->kind].kind, get(q, "kind")->valuestring);)
        s->kind++;
    if (!q || (!get(q, "choices") == !kind[s->kind].choices && !get(q, "answer") == !kind[s->kind].answer &&
               !get(q, "within") == !kind[s->kind].within && !get(q, "from") == !kind[s->kind].from &&
               !get(q, "count") == !kind[s->kind].from))
        return 0;
    return wrong(l, s, _("its keys do not fit this kind of question"), kind[s->kind].kind, error, room);
}

static int check_panes(const struct lesson *l, struct step *s, const cJSON *panes, char *error, size_t room)
{
    const cJSON *i;
    unsigned n = 0;

    cJSON_ArrayForEach(i, panes)
    {
        const struct view *v = view_find(i->valuestring);

        if (!v || !v->title || strcmp(v->name, i->valuestring) != 0)
            return wrong(l, s, _("there is no such pane"), i->valuestring, error, room);
        s->pane[n++] = v->name;
    }
    return 0;
}

static int take_step(struct lesson *l, struct step *s, const cJSON *o, char *error, size_t room)
{
    *s = (struct step){.id = get(o, "id")->valuestring,
                       .machine = get(o, "machine"),
                       .commands = {get(o, "run"), get(o, "reveal")},
                       .holds = {get(o, "before"), get(o, "after")},
                       .question = get(o, "question")};
    for (const struct step *other = l->step; other < s; other++)
        if (strcmp(other->id, s->id) == 0)
            return wrong(l, s, _("there is another step of this name"), "", error, room);
    if (s == l->step && !s->machine)
        return wrong(l, s, _("the first step needs a machine"), "", error, room);
    if (check_commands(l, s, error, room) || check_question(l, s, error, room))
        return -1;
    return check_panes(l, s, get(o, "panes"), error, room);
}

static int take_all(struct lesson *l, char *error, size_t room)
{
    const cJSON *i, *title = get(l->json, "title");

    if (check_schema(l, error, room))
        return -1;
    l->number = (unsigned)get(l->json, "number")->valuedouble;
    l->minutes = (unsigned)get(l->json, "minutes")->valuedouble;
    l->name = get(l->json, "name")->valuestring;
    l->title[LESSON_EN] = get(title, "en")->valuestring;
    l->title[LESSON_ZH] = get(title, "zh")->valuestring;
    cJSON_ArrayForEach(i, get(l->json, "steps")) if (take_step(l, &l->step[l->steps++], i, error, room)) return -1;
    for (enum lesson_language lang = LESSON_EN; lang < LESSON_LANGUAGES; lang++) {
        l->text[lang] = read_text(l->folder, lesson_file(lang), error, room);
        if (!l->text[lang] || lesson_sections(l, lang, error, room))
            return -1;
    }
    return 0;
}

/* ---- the interface ----------------------------------------------------------------------------------------------- */

int lesson_open(struct lesson *l, const char *word, char *error, size_t room)
{
    char folder[LESSONS_MAX][LESSON_NAME];
    int n = lessons_list(folder), i = 0;

    *l = (struct lesson){.json = NULL};
    while (i < n && !is_named(folder[i], word))
        i++;
    if (i >= n) {
        (void)snprintf(error, room, _("there is no lesson %s (`ringside lesson` lists them)"), word);
        return -1;
    }
    (void)snprintf(l->folder, sizeof l->folder, "%s", folder[i]);
    l->json = read_json(l->folder, "lesson.json", error, room);
    if (l->json && !take_all(l, error, room))
        return 0;
    lesson_close(l);
    return -1;
}

void lesson_close(struct lesson *l)
{
    cJSON_Delete(l->json);
    for (enum lesson_language lang = LESSON_EN; lang < LESSON_LANGUAGES; lang++)
        free(l->text[lang]);
    *l = (struct lesson){.json = NULL};
}

const char *lesson_line(const struct lesson *l, const char *list, enum lesson_language lang, int n)
{
    return cJSON_GetStringValue(cJSON_GetArrayItem(get(get(l->json, list), lang == LESSON_ZH ? "zh" : "en"), n));
}
