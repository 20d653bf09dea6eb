/* SPDX-License-Identifier: MIT */
#include "ui/lesson/holds.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/debug/debugger.h"
#include "ui/debug/expr.h"
#include "ui/i18n.h"

enum { FOUND = 300 };

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* True: it holds. Else `found` says what was: both sides of a comparison, or the value. */
static bool is_true(const struct debugger *d, const char *text, char found[FOUND])
{
    struct expr *e = expr_parse(d, text, NULL, found, FOUND);
    int64_t v = 0, side[2];
    bool known = e && !expr_value(d, e, &v, found, FOUND);

    if (known && !v && !expr_sides(d, e, side))
        (void)snprintf(found, FOUND, "%" PRId64 " (0x%" PRIx64 "), %" PRId64 " (0x%" PRIx64 ")", side[0],
                       (uint64_t)side[0], side[1], (uint64_t)side[1]);
    else if (known && !v)
        (void)snprintf(found, FOUND, "0");
    expr_free(e);
    return known && v;
}

static bool console_has(const struct console *c, const char *text)
{
    size_t n = strlen(text);

    for (size_t i = 0; i + n <= c->size; i++)
        if (memcmp(c->text + i, text, n) == 0)
            return true;
    return false;
}

/* The end of what the guest said, on one line. */
static void last_said(const struct console *c, char found[FOUND])
{
    size_t from = c->size > FOUND / 2 ? c->size - FOUND / 2 : 0, n = 0;

    for (size_t i = from; i < c->size; i++)
        found[n++] = (char)(c->text[i] >= ' ' && c->text[i] < 0x7f ? c->text[i] : '|');
    found[n] = '\0';
}

unsigned holds_check(const struct debugger *d, const struct step *s, enum phase p,
                     void (*failed)(void *ctx, const char *assertion, const char *found), void *ctx)
{
    const char *outcome = cJSON_GetStringValue(get(s->holds[p], "outcome"));
    char found[FOUND];
    unsigned count = 0;
    const cJSON *i;

    cJSON_ArrayForEach(i, get(s->holds[p], "true"))
    {
        count++;
        if (!is_true(d, i->valuestring, found))
            failed(ctx, i->valuestring, found);
    }
    cJSON_ArrayForEach(i, get(s->holds[p], "console"))
    {
        count++;
        last_said(&d->console, found);
        if (!console_has(&d->console, i->valuestring))
            failed(ctx, i->valuestring, found);
    }
    if (outcome && (!debug_ended(d) || strcmp(outcome_name(d->report.outcome), outcome) != 0))
        failed(ctx, outcome, debug_ended(d) ? outcome_name(d->report.outcome) : "-");
    return count + (outcome != NULL);
}
