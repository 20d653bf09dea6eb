/* SPDX-License-Identifier: MIT */
/* For people, and for CI servers (JUnit's form). */
#include "grade/report.h"

#include <string.h>

#include "grade/course.h"
#include "grade/pool.h"
#include "grade/roster.h"
#include "grade/score.h"
#include "vmm/words.h"

const struct report_format report_formats[] = {{"text", report_text},
                                               {"json", report_json},
                                               {"gradescope", report_gradescope},
                                               {"junit", report_junit},
                                               {NULL, NULL}};

static void text_parts(FILE *f, const struct manifest *m, const struct score *s)
{
    for (unsigned p = 0; p < m->parts; p++) {
        unsigned got, max;

        score_part(m, s, p, &got, &max);
        fprintf(f, "    %-14s %3u/%-3u", m->part[p].name, got, max);
        if (got < max && !*s->problem)
            fprintf(f, "  %s", score_why(m, s, p));
        fputc('\n', f);
    }
}

static void text_result(FILE *f, const struct results *r, const struct result *i)
{
    const struct score *s = i->entry->score;
    const struct manifest *m = &r->course->lab;
    unsigned got, max;

    if (i->student)
        fprintf(f, "%s %s %s: ", i->student->number, i->student->name, i->student->class);
    if (i->entry->state != ENTRY_DONE) {
        fprintf(f, _("%s: not graded\n"), i->entry->sub->name);
        return;
    }
    score_total(m, s, &got, &max);
    fprintf(f, "%s: %u/%u\n", i->entry->sub->name, got, max);
    if (*s->problem)
        fprintf(f, "    %s\n", s->problem);
    if (got < max)
        text_parts(f, m, s);
}

static void text_roster(FILE *f, const struct results *r)
{
    for (size_t i = 0; i < r->roster->count; i++) {
        const struct student *s = &r->roster->student[i];

        if (s->submissions == 0)
            fprintf(f, _("missing: %s %s %s\n"), s->number, s->name, s->class);
        else if (s->submissions > 1)
            fprintf(f, _("double: %s %s %s handed in %u times\n"), s->number, s->name, s->class, s->submissions);
    }
    for (unsigned i = 0; i < r->count; i++)
        if (!r->result[i].student)
            fprintf(f, _("unknown: %s is nobody's on the roster\n"), r->result[i].entry->sub->name);
}

int report_text(FILE *f, const struct results *r)
{
    fprintf(f, _("lab %u, %s; sandbox: %s\n"), r->course->lab.number, r->course->lab.name, r->sandbox);
    for (unsigned i = 0; i < r->count; i++)
        text_result(f, r, &r->result[i]);
    if (r->roster)
        text_roster(f, r);
    return ferror(f) ? -1 : 0;
}

/* Text within an XML attribute. */
static void xml(FILE *f, const char *s)
{
    for (; *s; s++)
        switch (*s) {
        case '&': fputs("&amp;", f); break;
        case '<': fputs("&lt;", f); break;
        case '>': fputs("&gt;", f); break;
        case '"': fputs("&quot;", f); break;
        case '\n': fputs("&#10;", f); break;
        default: fputc((unsigned char)*s < ' ' ? ' ' : *s, f);
        }
}

static void junit_test(FILE *f, const struct manifest *m, const struct score *s, unsigned p, unsigned t)
{
    const struct test_score *ts = &s->test[p][t];

    fprintf(f, "    <testcase classname=\"%s\" name=\"%s\"", m->part[p].name, m->part[p].test[t].guest);
    if (ts->passed) {
        fputs("/>\n", f);
        return;
    }
    fputs("><failure message=\"", f);
    xml(f, *s->problem ? s->problem : ts->why);
    fputs("\"/></testcase>\n", f);
}

static void junit_suite(FILE *f, const struct results *r, const struct entry *e)
{
    const struct manifest *m = &r->course->lab;
    unsigned tests = 0, failures = 0;

    for (unsigned p = 0; p < m->parts; p++)
        for (unsigned t = 0; t < m->part[p].tests; t++) {
            tests += e->score->test[p][t].run;
            failures += e->score->test[p][t].run && !e->score->test[p][t].passed;
        }
    fputs("  <testsuite name=\"", f);
    xml(f, e->sub->name);
    if (e->state != ENTRY_DONE) {
        fputs("\" tests=\"0\" failures=\"0\" errors=\"1\"/>\n", f);
        return;
    }
    fprintf(f, "\" tests=\"%u\" failures=\"%u\" errors=\"0\">\n", tests, failures);
    for (unsigned p = 0; p < m->parts; p++)
        for (unsigned t = 0; t < m->part[p].tests; t++)
            if (e->score->test[p][t].run)
                junit_test(f, m, e->score, p, t);
    fputs("  </testsuite>\n", f);
}

int report_junit(FILE *f, const struct results *r)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", f);
    for (unsigned i = 0; i < r->count; i++)
        junit_suite(f, r, r->result[i].entry);
    fputs("</testsuites>\n", f);
    return ferror(f) ? -1 : 0;
}
