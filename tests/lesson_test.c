/* SPDX-License-Identifier: MIT */
/* The parts of lessons that files cannot show from outside: counts as values, schemas, texts on a sheet. */
#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/debug/debugger.h"
#include "ui/debug/expr.h"
#include "ui/lesson/fill.h"
#include "ui/lesson/markdown.h"
#include "ui/lesson/schema.h"
#include "ui/sheet.h"
#include "vmm/technique.h"

/* ---- counts ------------------------------------------------------------------------------------------------------ */

static struct debugger d;

static void step(uint64_t n)
{
    cr_assert_eq(debug_start(&d, &(struct goal){.kind = GOAL_STEP, .count = n}), 0);
    while (debug_advance(&d, 1000000000))
        ;
}

static int64_t value(const char *text)
{
    char error[200] = "";
    int64_t v = -1;

    cr_expect_eq(expr_eval(&d, text, &v, error, sizeof error), 0, "%s: %s", text, error);
    return v;
}

static void open_guest(void)
{
    struct options o;

    options_init(&o);
    o.word = "build/guests/micro/refused.elf";
    o.technique = technique_find("trap");
    o.virtualizable = true;
    o.serial = "none";
    if (!o.technique)
        cr_skip("a handout: the technique is a lab");
    cr_assert_eq(debug_open(&d, &o), 0);
}

Test(lesson, counts)
{
    struct vm_stats s;

    open_guest();
    cr_expect_eq(value("$run.trap"), 0);
    step(2); /* MOV to ESP; LGDT */
    cr_expect_eq(value("$run.instructions"), 2);
    cr_expect_eq(value("$run.emulate"), 1);
    cr_expect_eq(value("$run.emulate.eip"), value("start") + 5);
    cr_expect_eq(value("$run.trap"), 2);
    cr_expect_eq(value("$run.virtual.trap"), 0);
    cr_expect_eq(value("$run.trap.vector"), VEC_GP);
    step(1000);
    vm_get_stats(debug_vm(&d), &s);
    cr_expect_eq(value("$stat.exits.io"), (int64_t)s.exits[EXIT_io]);
    cr_expect_eq(value("$stat.traps.13"), (int64_t)s.traps[VEC_GP]);
    cr_expect_eq(value("$stat.monitor"), (int64_t)s.by.monitor);
    cr_expect_gt(value("$stat.exits"), value("$stat.exits.io"));
    cr_expect_eq(value("$stat.hole"), 0);
    debug_close(&d);
}

Test(lesson, names_and_values_that_are_none)
{
    static const char *const bad[] = {"$run.nose",       "$run.trap.nose",     "$run.trap.",     "$run.",
                                      "$stat.traps.256", "$stat.exits.nose",   "$stat.traps.",   "$stat.hol",
                                      "$stat",           "$run.inject.vector", "$stat.traps.1x", "$run.traps",
                                      "$stat.traps13"};
    char error[200];
    int64_t v;

    open_guest();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        *error = '\0';
        cr_expect_eq(expr_eval(&d, bad[i], &v, error, sizeof error), -1, "%s", bad[i]);
        cr_expect_neq(*error, '\0', "%s", bad[i]);
    }
    debug_close(&d);
}

Test(lesson, fills_texts)
{
    static const struct {
        const char *text, *filled; /* NULL: an error */
    } list[] = {{"no number", "no number"},
                {"", ""},
                {"{{1 + 1}} and {{17:x}}, {{17:h}}", "2 and 00000011, 0x11"},
                {"{{14:v}} {{start:i}}", "#PF mov esp, 0x107000"},
                {"{{1 ? 2 : 3}}", "2"},
                {"{{1", NULL},
                {"{{1:q}}", NULL},
                {"{{}}", NULL},
                {"{{1 / 0}}", NULL}};
    char error[200];

    open_guest();
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        char *t = fill_text(&d, list[i].text, error, sizeof error);

        if (list[i].filled)
            cr_expect_str_eq(t ? t : error, list[i].filled);
        else
            cr_expect_null(t, "%s: %s", list[i].text, t);
        free(t);
    }
    debug_close(&d);
}

/* ---- schemas ----------------------------------------------------------------------------------------------------- */

Test(lesson, schema)
{
    static const struct {
        const char *schema, *value, *error; /* NULL: it fits */
    } list[] = {
        {"{\"type\":\"integer\"}", "3", NULL},
        {"{\"type\":\"integer\"}", "3.5", "/: it must be of type integer"},
        {"{\"type\":\"object\",\"properties\":{\"a\":{\"minimum\":2}}}", "{\"a\":1}", "/a: it is below 2"},
        {"{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"b\":1}", "/: unknown key 'b'"},
        {"{\"additionalProperties\":{\"type\":\"string\"}}", "{\"b\":1}", "/b: it must be of type string"},
        {"{\"items\":{\"enum\":[\"x\",\"y\"]}}", "[\"x\",\"z\"]", "/1: it must be one of: x, y"},
        {"{\"maxItems\":1}", "[1,2]", "/: it has more than 1 entries"},
        {"{\"minItems\":1}", "[]", "/: it has fewer than 1 entries"},
        {"{\"minLength\":1}", "\"\"", "/: it is empty"},
        {"{\"pattern\":\"^a+$\"}", "\"ab\"", "/: 'ab' does not match ^a+$"},
        {"{\"required\":[\"a\"]}", "{}", "/: 'a' is missing"},
        {"{\"properties\":{\"a\":{}}}", "{\"a\":1,\"a\":2}", "/: 'a' is there twice"},
        {"{\"$ref\":\"#/$defs/t\",\"$defs\":{\"t\":{\"type\":\"boolean\"}}}", "1", "/: it must be of type boolean"},
        {"{\"$ref\":\"#/$defs/u\",\"$defs\":{}}", "1", "/: the schema has no '#/$defs/u'"},
        {"{\"$ref\":\"#/$defs/t\",\"$defs\":{\"t\":{\"$ref\":\"#/$defs/t\"}}}", "1", "/: it is nested too deeply"},
        {"{\"oneOf\":[]}", "1", "/: the schema uses 'oneOf', which is not enforced"},
    };

    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        cJSON *schema = cJSON_Parse(list[i].schema), *v = cJSON_Parse(list[i].value);
        char error[200] = "";
        int result = schema_check(schema, v, error, sizeof error);

        cr_expect_eq(result, list[i].error ? -1 : 0, "%s: %s", list[i].schema, error);
        if (list[i].error)
            cr_expect_str_eq(error, list[i].error);
        cJSON_Delete(schema);
        cJSON_Delete(v);
    }
}

/* ---- texts on a sheet -------------------------------------------------------------------------------------------- */

Test(lesson, markdown)
{
    static const char *const text = "a **bold**\nword\n\n\n- one item that\n  is long\n- two\n\n    code  as it is\n";
    static const char *const line[] = {"a bold word", "",      "- one item", "  that is",
                                       "  long",      "- two", "",           "    code  as it is"};
    struct sheet s = {.text = NULL};
    char copy[80];

    markdown_draw(&s, 12, text);
    cr_assert_eq(s.lines, sizeof line / sizeof line[0]);
    for (size_t i = 0; i < s.lines; i++)
        cr_expect_str_eq(sheet_copy(&s, i, copy, sizeof copy), line[i]);
    sheet_free(&s);
}
