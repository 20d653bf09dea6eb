/* SPDX-License-Identifier: MIT */
/* A lesson's files may come from anyone: JSON ends in a lesson.json that fits the schema or in a line that says where it does
 * not; a text ends in sections or in such a line; whatever a section holds can be drawn in any width. */
#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/file.h"
#include "ui/lesson/lesson.h"
#include "ui/lesson/markdown.h"
#include "ui/lesson/schema.h"
#include "ui/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const cJSON *schema(void)
{
    static cJSON *s;
    char error[300];
    uint8_t *text;
    size_t n;

    if (!s && !file_read("lessons/lesson.schema.json", &text, &n, error, sizeof error)) {
        s = cJSON_ParseWithLength((const char *)text, n);
        free(text);
    }
    if (!s) {
        fprintf(stderr, "run it from the root of the repository\n");
        exit(2);
    }
    return s;
}

static void try_json(const char *text)
{
    cJSON *json = cJSON_Parse(text);
    char error[LESSON_ERROR] = "";

    if (json && schema_check(schema(), json, error, sizeof error) && !strstr(error, ": "))
        abort();
    cJSON_Delete(json);
}

static void draw(const char *text)
{
    struct sheet s = {.text = NULL};

    for (int width = 1; width < 90; width += 13) {
        markdown_draw(&s, width, text);
        sheet_clear(&s);
    }
    sheet_free(&s);
}

/* A lesson of two steps, the first with a question. */
static void try_text(const char *text)
{
    struct lesson l = {.folder = "01-fuzz", .step = {{.id = "one"}, {.id = "two"}}, .steps = 2};
    cJSON *question = cJSON_Parse("{\"choices\":{\"a\":\"1\",\"b\":\"0\"}}");
    char error[LESSON_ERROR] = "";

    l.step[0].question = question;
    l.text[LESSON_EN] = strdup(text);
    if (l.text[LESSON_EN] && !lesson_sections(&l, LESSON_EN, error, sizeof error)) {
        draw(l.intro[LESSON_EN]);
        for (unsigned i = 0; i < l.steps; i++)
            for (enum phase p = BEFORE; p < PHASES; p++)
                draw(l.step[i].section[LESSON_EN].text[p]);
    } else if (strncmp(error, "01-fuzz/lesson.en.md: ", 22) != 0) {
        abort();
    }
    cJSON_Delete(question);
    lesson_close(&l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    try_json(text);
    try_text(text);
    draw(text);
    free(text);
    return 0;
}
