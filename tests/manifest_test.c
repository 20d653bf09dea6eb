/* SPDX-License-Identifier: MIT */
/* lab.json: those that there are, and each kind of mistake in one. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grade/manifest.h"
#include "interp/file.h"

static const char *const path = "labs/02-trap-and-emulate/lab.json";

static char *read_text(const char *from, size_t *n)
{
    uint8_t *bytes;
    char error[200];

    cr_assert_eq(file_read(from, &bytes, n, error, sizeof error), 0, "%s", error);
    return (char *)bytes;
}

Test(manifest, takes_the_labs_that_there_are)
{
    glob_t found;
    char error[300];
    struct manifest m;

    cr_assert_eq(glob("labs/[0-9][0-9]-*/lab.json", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        size_t n;
        char *text = read_text(found.gl_pathv[i], &n);

        cr_expect_eq(manifest_parse(&m, text, n, error, sizeof error), 0, "%s: %s", found.gl_pathv[i], error);
        cr_expect_not_null(manifest_line(&m, "objectives", "zh", 0));
        cr_expect_not_null(manifest_line(&m, "prerequisites", "en", 0));
        cr_expect_null(manifest_line(&m, "objectives", "zh", 1000));
        manifest_free(&m);
        free(text);
    }
    globfree(&found);
}

/* The text with the first `from` replaced; the caller frees it. */
static char *edit(const char *text, size_t n, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    size_t head;
    char *out = malloc(n + strlen(to) + 1);

    cr_assert_not_null(at, "%s", from);
    cr_assert_not_null(out);
    head = (size_t)(at - text);
    memcpy(out, text, head);
    strcpy(out + head, to);
    strcat(out, at + strlen(from));
    return out;
}

Test(manifest, refuses_and_says_where)
{
    static const struct {
        const char *from, *to, *says;
    } bad[] = {
        {"{", "[", "JSON"},
        {"\"format\": 1", "\"format\": 2", "format"},
        {"\"number\": 2", "\"number\": 2.5", "number"},
        {"\"number\": 2", "\"number\": 1e300", "number"},
        {"\"number\": 2", "\"number\": -1", "number"},
        {"\"number\": 2", "\"number\": 2, \"number\": 2", "twice"},
        {"\"minutes\": 240", "\"minutes\": 240, \"colour\": 1", "colour"},
        {"\"minutes\": 240,", "", "minutes"},
        {"\"name\": \"trap-and-emulate\"", "\"name\": \"../x\"", "name"},
        {"\"name\": \"flags\"", "\"name\": \"tables\"", "two parts"},
        {"\"file\": \"monitor.c\"", "\"file\": \"monitor.h\"", "file"},
        {"\"file\": \"monitor.c\"", "\"file\": \"a.b.c\"", "file"},
        {"\"cpu\": \"virtualizable\"", "\"cpu\": \"arm\"", "cpu"},
        {"\"mem\": 4194304", "\"mem\": 4194305", "mem"},
        {"\"points\": 100", "\"points\": 101", "add up"},
        {"\"points\": 6, \"seed\": 1", "\"points\": 7, \"seed\": 1", "flags"},
        {"\"floor\": 0", "\"floor\": 200", "floor"},
        {"[\"cli\", \"sti\"]", "[\"cli\", \"cli\"]", "duty"},
        {"[\"cli\", \"sti\"]", "[\"popf\"]", "duty"},
        {"[\"cli\", \"sti\"]", "[]", "duties"},
        {"\"guest\": \"public/flags\"", "\"guest\": \"public/../flags\"", "guest"},
        {"\"guest\": \"public/flags\"", "\"guest\": \"elsewhere/flags\"", "neither"},
        {"\"guest\": \"public/flags\"", "\"guest\": \"hidden/flags\"", "folder"},
        {"\"hidden\": true", "\"hidden\": 1", "hidden"},
        {"\"seed\": 1,", "\"seed\": 4294967296,", "seed"},
        {"\"zh\": \"CLI 与 STI\"", "\"zh\": \"\"", "zh"},
    };
    size_t n;
    char *text = read_text(path, &n), error[300];
    struct manifest m;

    text = realloc(text, n + 1);
    cr_assert_not_null(text);
    text[n] = '\0';
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char *wrong = edit(text, n, bad[i].from, bad[i].to);

        cr_expect_eq(manifest_parse(&m, wrong, strlen(wrong), error, sizeof error), -1, "%s", bad[i].to);
        cr_expect(strstr(error, bad[i].says), "%s: '%s'", bad[i].to, error);
        free(wrong);
    }
    /* Cut anywhere, it is no JSON. */
    for (size_t cut = 0; cut + 2 < n; cut += 97)
        cr_expect_eq(manifest_parse(&m, text, cut, error, sizeof error), -1);
    free(text);
}
