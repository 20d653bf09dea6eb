/* SPDX-License-Identifier: MIT */
/* Questions: what there is to point at, what a student said, and what the run answers. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/access.h"
#include "interp/decode.h"
#include "interp/segment.h"
#include "ui/debug/debugger.h"
#include "ui/debug/expr.h"
#include "ui/i18n.h"
#include "ui/lesson/holds.h"

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static const char *string(const struct step *s, const char *key)
{
    return get(s->question, key)->valuestring;
}

/* The next instruction's address; the same one where there is none. */
static uint32_t behind(const struct debugger *d, uint32_t at)
{
    struct machine *m = vm_guest(debug_vm(d));
    uint8_t bytes[INSN_MAX];
    unsigned n = lin_peek_some(m, at, bytes, sizeof bytes);
    struct insn i;

    return decode(bytes, n, m->cpu.seg[CS].attr & ATTR_D, &i) == DECODE_OK ? at + i.len : at;
}

int question_points(const struct debugger *d, const struct step *s, struct points *p, char *error, size_t room)
{
    int64_t at;

    p->count = 0;
    if (s->kind != QUESTION_POINT)
        return 0;
    if (expr_eval(d, string(s, "from"), &at, error, room))
        return -1;
    while (p->count < (unsigned)get(s->question, "count")->valuedouble) {
        p->at[p->count] = (uint32_t)at;
        at = behind(d, (uint32_t)at);
        if (at == p->at[p->count++]) {
            (void)snprintf(error, room, _("there is no instruction at %08" PRIx32), (uint32_t)at);
            return -1;
        }
    }
    return 0;
}

int question_read(const struct debugger *d, const struct step *s, const struct points *p, const char *typed,
                  struct answer *a, char *error, size_t room)
{
    *a = (struct answer){.value = 0};
    if (s->kind == QUESTION_CHOICE) {
        (void)snprintf(a->choice, sizeof a->choice, "%s", typed);
        if (get(get(s->question, "choices"), typed))
            return 0;
        (void)snprintf(error, room, _("'%s' is none of the choices"), typed);
        return -1;
    }
    if (expr_eval(d, typed, &a->value, error, room))
        return -1;
    if (s->kind == QUESTION_POINT && a->value >= 1 && a->value <= p->count) /* a line's number; else an address */
        a->value = p->at[a->value - 1];
    return 0;
}

/* Just one of the choices holds. */
static int true_choice(const struct debugger *d, const struct step *s, struct answer *a, char *error, size_t room)
{
    const cJSON *i;
    int64_t v;

    cJSON_ArrayForEach(i, get(s->question, "choices"))
    {
        if (expr_eval(d, i->valuestring, &v, error, room))
            return -1;
        if (v && *a->choice) {
            (void)snprintf(error, room, _("choices %s and %s both hold"), a->choice, i->string);
            return -1;
        }
        if (v)
            (void)snprintf(a->choice, sizeof a->choice, "%s", i->string);
    }
    if (!*a->choice)
        (void)snprintf(error, room, "%s", _("none of the choices holds"));
    return *a->choice ? 0 : -1;
}

int question_truth(const struct debugger *d, const struct step *s, struct answer *a, char *error, size_t room)
{
    *a = (struct answer){.value = 0};
    if (s->kind == QUESTION_CHOICE)
        return true_choice(d, s, a, error, room);
    return expr_eval(d, string(s, "answer"), &a->value, error, room);
}

bool question_right(const struct step *s, const struct answer *said, const struct answer *truth)
{
    int64_t margin;

    if (s->kind == QUESTION_CHOICE)
        return strcmp(said->choice, truth->choice) == 0;
    margin =
        s->kind == QUESTION_NUMBER ? llabs(truth->value) * (int64_t)get(s->question, "within")->valuedouble / 100 : 0;
    return llabs(said->value - truth->value) <= margin;
}
