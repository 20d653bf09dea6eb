/* SPDX-License-Identifier: MIT */
#include "grade/score.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

void score_part(const struct manifest *m, const struct score *s, unsigned part, unsigned *got, unsigned *max)
{
    const struct lab_part *p = &m->part[part];

    *got = *max = 0;
    for (unsigned t = 0; t < p->tests; t++) {
        *got += s->test[part][t].passed ? p->test[t].points : 0;
        *max += s->test[part][t].run ? p->test[t].points : 0;
    }
}

void score_total(const struct manifest *m, const struct score *s, unsigned *got, unsigned *max)
{
    *got = *max = 0;
    for (unsigned p = 0; p < m->parts; p++) {
        unsigned g, x;

        score_part(m, s, p, &g, &x);
        *got += g;
        *max += x;
    }
}

const char *score_why(const struct manifest *m, const struct score *s, unsigned part)
{
    for (unsigned t = 0; t < m->part[part].tests; t++)
        if (s->test[part][t].run && !s->test[part][t].passed)
            return *s->problem ? s->problem : s->test[part][t].why;
    return "";
}

static cJSON *print_test(const struct lab_test *t, const struct test_score *s)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "guest", t->guest);
    cJSON_AddBoolToObject(o, "run", s->run);
    cJSON_AddBoolToObject(o, "passed", s->passed);
    cJSON_AddBoolToObject(o, "differs", s->differs);
    cJSON_AddNumberToObject(o, "tick", (double)s->tick);
    cJSON_AddStringToObject(o, "why", s->why);
    return o;
}

char *score_print(const struct manifest *m, const struct score *s)
{
    cJSON *root = cJSON_CreateObject(), *parts = cJSON_AddArrayToObject(root, "parts");
    char *text;

    cJSON_AddStringToObject(root, "problem", s->problem);
    cJSON_AddStringToObject(root, "sandbox", s->sandbox);
    for (unsigned p = 0; p < m->parts; p++) {
        cJSON *tests = cJSON_CreateArray();

        for (unsigned t = 0; t < m->part[p].tests; t++)
            cJSON_AddItemToArray(tests, print_test(&m->part[p].test[t], &s->test[p][t]));
        cJSON_AddItemToArray(parts, tests);
    }
    text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

static void take_text(const cJSON *o, const char *key, char *to, size_t room)
{
    const char *s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));

    (void)snprintf(to, room, "%s", s ? s : "");
}

static bool is_true(const cJSON *o, const char *key)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, key));
}

static bool parse_test(const struct lab_test *t, struct test_score *s, const cJSON *o)
{
    const cJSON *tick = cJSON_GetObjectItemCaseSensitive(o, "tick");
    char guest[NAME_ROOM];

    take_text(o, "guest", guest, sizeof guest);
    *s =
        (struct test_score){.run = is_true(o, "run"), .passed = is_true(o, "passed"), .differs = is_true(o, "differs")};
    if (cJSON_IsNumber(tick) && tick->valuedouble >= 0 && tick->valuedouble < 1e18)
        s->tick = (uint64_t)tick->valuedouble;
    take_text(o, "why", s->why, sizeof s->why);
    return strcmp(guest, t->guest) == 0;
}

static bool parse_root(const struct manifest *m, struct score *s, const cJSON *root)
{
    const cJSON *parts = cJSON_GetObjectItemCaseSensitive(root, "parts");

    if (cJSON_GetArraySize(parts) != (int)m->parts)
        return false;
    take_text(root, "problem", s->problem, sizeof s->problem);
    take_text(root, "sandbox", s->sandbox, sizeof s->sandbox);
    for (unsigned p = 0; p < m->parts; p++) {
        const cJSON *tests = cJSON_GetArrayItem(parts, (int)p);

        if (cJSON_GetArraySize(tests) != (int)m->part[p].tests)
            return false;
        for (unsigned t = 0; t < m->part[p].tests; t++)
            if (!parse_test(&m->part[p].test[t], &s->test[p][t], cJSON_GetArrayItem(tests, (int)t)))
                return false;
    }
    return true;
}

bool score_parse(const struct manifest *m, struct score *s, const char *text, size_t n)
{
    cJSON *root = cJSON_ParseWithLength(text, n);
    bool good = root && parse_root(m, s, root);

    cJSON_Delete(root);
    return good;
}
