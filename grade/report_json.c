/* SPDX-License-Identifier: MIT */
/* JSON: ours, and the results.json that Gradescope's autograders write (Gradescope, "Autograder Specifications"). */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "grade/course.h"
#include "grade/pool.h"
#include "grade/report.h"
#include "grade/roster.h"
#include "grade/score.h"

static int put(FILE *f, cJSON *root)
{
    char *text = cJSON_Print(root);
    int result = text && fprintf(f, "%s\n", text) > 0 ? 0 : -1;

    free(text);
    cJSON_Delete(root);
    return result;
}

static cJSON *points(unsigned got, unsigned max)
{
    return cJSON_CreateIntArray((const int[]){(int)got, (int)max}, 2);
}

static cJSON *one(const struct results *r, const struct result *i)
{
    const struct manifest *m = &r->course->lab;
    const struct score *s = i->entry->score;
    cJSON *o = cJSON_CreateObject(), *parts;
    unsigned got, max;

    score_total(m, s, &got, &max);
    cJSON_AddStringToObject(o, "submission", i->entry->sub->name);
    cJSON_AddNumberToObject(o, "score", got);
    cJSON_AddNumberToObject(o, "max", max);
    parts = cJSON_AddObjectToObject(o, "parts");
    for (unsigned p = 0; p < m->parts; p++) {
        score_part(m, s, p, &got, &max);
        cJSON_AddItemToObject(parts, m->part[p].name, points(got, max));
    }
    if (i->student) {
        cJSON_AddStringToObject(o, "student", i->student->number);
        cJSON_AddStringToObject(o, "name", i->student->name);
        cJSON_AddStringToObject(o, "class", i->student->class);
    }
    return o;
}

static void add_string(cJSON *array, const char *s)
{
    cJSON_AddItemToArray(array, cJSON_CreateString(s));
}

static cJSON *roster(const struct results *r)
{
    cJSON *o = cJSON_CreateObject(), *missing = cJSON_AddArrayToObject(o, "missing"),
          *unknown = cJSON_AddArrayToObject(o, "unknown"), *twice = cJSON_AddArrayToObject(o, "double");

    for (size_t i = 0; i < r->roster->count; i++)
        if (r->roster->student[i].submissions != 1)
            add_string(r->roster->student[i].submissions ? twice : missing, r->roster->student[i].number);
    for (unsigned i = 0; i < r->count; i++)
        if (!r->result[i].student)
            add_string(unknown, r->result[i].entry->sub->name);
    return o;
}

/* A submission that could not be graded has no result: it is named apart. */
int report_json(FILE *f, const struct results *r)
{
    cJSON *root = cJSON_CreateObject(), *list, *ungraded;

    cJSON_AddStringToObject(root, "lab", r->course->folder);
    cJSON_AddStringToObject(root, "sandbox", r->sandbox);
    list = cJSON_AddArrayToObject(root, "results");
    ungraded = cJSON_AddArrayToObject(root, "ungraded");
    for (unsigned i = 0; i < r->count; i++)
        if (r->result[i].entry->state == ENTRY_DONE)
            cJSON_AddItemToArray(list, one(r, &r->result[i]));
        else
            add_string(ungraded, r->result[i].entry->sub->name);
    if (r->roster)
        cJSON_AddItemToObject(root, "roster", roster(r));
    return put(f, root);
}

static cJSON *gradescope_test(const struct manifest *m, const struct score *s, unsigned p, unsigned t)
{
    const struct lab_test *test = &m->part[p].test[t];
    const struct test_score *ts = &s->test[p][t];
    cJSON *o = cJSON_CreateObject();
    char name[2 * NAME_ROOM + 4];

    (void)snprintf(name, sizeof name, "%s: %s", m->part[p].name, test->guest);
    cJSON_AddStringToObject(o, "name", name);
    cJSON_AddNumberToObject(o, "score", ts->passed ? test->points : 0);
    cJSON_AddNumberToObject(o, "max_score", test->points);
    cJSON_AddStringToObject(o, "status", ts->passed ? "passed" : "failed");
    cJSON_AddStringToObject(o, "output", ts->why);
    cJSON_AddStringToObject(o, "visibility", test->hidden ? "after_published" : "visible");
    return o;
}

/* One submission is one file there. */
int report_gradescope(FILE *f, const struct results *r)
{
    const struct manifest *m = &r->course->lab;
    const struct score *s = r->result[0].entry->score;
    cJSON *root = cJSON_CreateObject(), *tests;
    unsigned got, max;

    score_total(m, s, &got, &max);
    cJSON_AddNumberToObject(root, "score", got);
    cJSON_AddStringToObject(root, "output", s->problem);
    tests = cJSON_AddArrayToObject(root, "tests");
    for (unsigned p = 0; p < m->parts; p++)
        for (unsigned t = 0; t < m->part[p].tests; t++)
            if (s->test[p][t].run)
                cJSON_AddItemToArray(tests, gradescope_test(m, s, p, t));
    return put(f, root);
}
