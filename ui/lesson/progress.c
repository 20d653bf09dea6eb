/* SPDX-License-Identifier: MIT */
#include "ui/lesson/progress.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interp/file.h"

/* The state directory, with `name` behind it. The specification: a path that is not absolute does not count. False: none. */
static bool state_path(const char *name, char path[PLACE_ROOM])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int n = -1;

    if (state && *state == '/')
        n = snprintf(path, PLACE_ROOM, "%s/ringside/%s", state, name);
    else if (home && *home == '/')
        n = snprintf(path, PLACE_ROOM, "%s/.local/state/ringside/%s", home, name);
    return n > 0 && n < PLACE_ROOM;
}

static cJSON *read_all(const char *path)
{
    char error[LESSON_ERROR];
    uint8_t *data;
    size_t n;
    cJSON *json;

    if (file_read(path, &data, &n, error, sizeof error))
        return NULL;
    json = cJSON_ParseWithLength((const char *)data, n);
    free(data);
    return json;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

void progress_read(struct progress *p, const char *lesson)
{
    char path[PLACE_ROOM];
    cJSON *all = state_path("lessons.json", path) ? read_all(path) : NULL, *of, *i;
    const char *at;

    *p = (struct progress){.answers = 0};
    of = cJSON_GetObjectItemCaseSensitive(all, lesson);
    at = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(of, "at"));
    (void)snprintf(p->at, sizeof p->at, "%s", at ? at : "");
    p->finished = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(of, "finished"));
    cJSON_ArrayForEach(i, cJSON_GetObjectItemCaseSensitive(of, "answers")) if (i->string && cJSON_IsBool(i))
        progress_answer(p, i->string, cJSON_IsTrue(i));
    cJSON_Delete(all);
}

void progress_answer(struct progress *p, const char *step, bool right)
{
    for (unsigned i = 0; i < p->answers; i++)
        if (strcmp(p->answer[i].step, step) == 0)
            return;
    if (p->answers == STEPS_MAX)
        return;
    (void)snprintf(p->answer[p->answers].step, LESSON_NAME, "%s", step);
    p->answer[p->answers++].right = right;
}

unsigned progress_right(const struct progress *p)
{
    unsigned n = 0;

    for (unsigned i = 0; i < p->answers; i++)
        n += p->answer[i].right;
    return n;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
}

/* Whole or not at all: two sessions, or a full disk, leave one of the two states. */
static void replace(const char *path, const char *text)
{
    char fresh[PLACE_ROOM + 32];
    size_t size = strlen(text);
    bool whole;
    FILE *f;

    (void)snprintf(fresh, sizeof fresh, "%s.%ld", path, (long)getpid());
    f = fopen(fresh, "w");
    if (!f)
        return;
    whole = fwrite(text, 1, size, f) == size;
    whole &= fflush(f) == 0 && fsync(fileno(f)) == 0;
    whole &= fclose(f) == 0;
    if (!whole || rename(fresh, path))
        (void)unlink(fresh);
}

static cJSON *as_json(const struct progress *p)
{
    cJSON *o = cJSON_CreateObject(), *answers;

    (void)cJSON_AddStringToObject(o, "at", p->at);
    (void)cJSON_AddBoolToObject(o, "finished", p->finished);
    answers = cJSON_AddObjectToObject(o, "answers");
    for (unsigned i = 0; i < p->answers; i++)
        (void)cJSON_AddBoolToObject(answers, p->answer[i].step, p->answer[i].right);
    return o;
}

void progress_write(const struct progress *p, const char *lesson)
{
    char path[PLACE_ROOM], *text;
    cJSON *all;

    if (!state_path("lessons.json", path))
        return;
    make_folders(path);
    all = read_all(path);
    if (!cJSON_IsObject(all)) {
        cJSON_Delete(all);
        all = cJSON_CreateObject();
    }
    cJSON_DeleteItemFromObjectCaseSensitive(all, lesson);
    (void)cJSON_AddItemToObject(all, lesson, as_json(p));
    text = cJSON_Print(all);
    if (text)
        replace(path, text);
    free(text);
    cJSON_Delete(all);
}
