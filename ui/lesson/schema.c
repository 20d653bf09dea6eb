/* SPDX-License-Identifier: MIT */
#include "ui/lesson/schema.h"

#include <cjson/cJSON.h>
#include <regex.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ui/i18n.h"

enum { PLACE_TEXT = 256, DEPTH_MAX = 32 };

/* What is being checked, and where in it the checker is. */
struct check {
    const cJSON *root; /* of the schema, for $ref */
    char place[PLACE_TEXT];
    unsigned depth;
    char *error;
    size_t room;
};

static int check(struct check *k, const cJSON *schema, const cJSON *v);

__attribute__((format(printf, 2, 3))) static int wrong(struct check *k, const char *fmt, ...)
{
    int n = snprintf(k->error, k->room, "%s: ", *k->place ? k->place : "/");
    va_list args;

    va_start(args, fmt);
    if (n > 0 && (size_t)n < k->room)
        (void)vsnprintf(k->error + n, k->room - (size_t)n, fmt, args);
    va_end(args);
    return -1;
}

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* A member or an entry: the place grows by its name, and shrinks again. */
static int check_at(struct check *k, const cJSON *schema, const cJSON *v, const char *key, int index)
{
    size_t n = strlen(k->place);
    int result;

    if (key)
        (void)snprintf(k->place + n, sizeof k->place - n, "/%s", key);
    else
        (void)snprintf(k->place + n, sizeof k->place - n, "/%d", index);
    result = check(k, schema, v);
    k->place[n] = '\0';
    return result;
}

/* ---- keywords: each gets its own value, the schema around it, and what is checked --------------------------------- */

typedef int keyword(struct check *k, const cJSON *said, const cJSON *schema, const cJSON *v);

static int is_note(struct check *k, const cJSON *said, const cJSON *schema, const cJSON *v)
{
    (void)k, (void)said, (void)schema, (void)v;
    return 0;
}

static int is_type(struct check *k, const cJSON *said, const cJSON *schema, const cJSON *v)
{
    const char *t = cJSON_GetStringValue(said);
    bool right = !t                      ? false
                 : !strcmp(t, "object")  ? cJSON_IsObject(v)
                 : !strcmp(t, "array")   ? cJSON_IsArray(v)
                 : !strcmp(t, "string")  ? cJSON_IsString(v)
                 : !strcmp(t, "integer") ? cJSON_IsNumber(v) && v->valuedouble == (double)(long long)v->valuedouble
                 : !strcmp(t, "boolean") ? cJSON_IsBool(v)
                                         : false;

    (void)schema;
    return right ? 0 : wrong(k, _("it must be of type %s"), t ? t : "?");
}

static int is_enum(struct check *k, const cJSON *said, const cJSON *schema, const cJSON *v)
{
    char list[160] = "";
    const cJSON *i;

    (void)schema;
    cJSON_ArrayForEach(i, said)
    {
        size_t n = strlen(list);

        if (cJSON_Compare(i, v, true))
            return 0;
        (void)snprintf(list + n, sizeof list - n, "%s%s", n ? ", " : "", i->valuestring ? i->valuestring : "");
    }
    return wrong(k, _("it must be one of: %s"), list);
}

static int has_pattern(struct check *k, const cJSON *said, const cJSON *schema, const cJSON *v)
{
    regex_t r;
    int result;

    (void)schema;
    if (!cJSON_IsString(v))
        return 0;
    if (!cJSON_IsString(said) || regcomp(&r, said->valuestring, REG_EXTENDED | REG_NOSUB))
        return wrong(k, "%s", _("the schema's pattern is no regular expression"));
    result = regexec(&r, v->valuestring, 0, NULL, 0);
    regfree(&r);
    return result ? wrong(k, _("'%.60s' does not match %s"), v->valuestring, said->valuestring) : 0;
}

static int has_min_length(struct check *k, const cJSON *said, const cJSON *schema, const cJSON *v)
{
    (void)schema;
    return cJSON_IsString(v) && (double)strlen(v->valuestring) < said->valuedouble ? wrong(k, "%s", _("it is empty"))
                                                                                   : 0;
}

static int has_minimum(struct check *k, const cJSON *said, const cJSON *schema, const cJSON *v)
{
    (void)schema;
    return cJSON_IsNumber(v) && v->valuedouble < said->valuedouble ? wrong(k, _("it is below %g"), said->valuedouble)
                                                                   : 0;
}

static int has_maximum(struct check *k, const cJSON *said, const cJSON *schema, const cJSON *v)
{
    (void)schema;
    return cJSON_IsNumber(v) && v->valuedouble > said->valuedouble ? wrong(k, _("it is above %g"), said->valuedouble)
                                                                   : 0;
}

static int has_min_items(struct check *k, const cJSON *said, const cJSON *schema, const cJSON *v)
{
    (void)schema;
    return cJSON_IsArray(v) && cJSON_GetArraySize(v) < (int)said->valuedouble
               ? wrong(k, _("it has fewer than %g entries"), said->valuedouble)
               : 0;
}

static int has_max_items(struct check *k, const cJSON *said, const cJSON *schema, const cJSON *v)
{
    (void)schema;
    return cJSON_IsArray(v) && cJSON_GetArraySize(v) > (int)said->valuedouble
               ? wrong(k, _("it has more than %g entries"), said->valuedouble)
               : 0;
}

static int has_required(struct check *k, const cJSON *said, const cJSON *schema, const cJSON *v)
{
    const cJSON *i;

    (void)schema;
    cJSON_ArrayForEach(i, said) if (cJSON_IsObject(v) && !get(v, i->valuestring)) return wrong(k, _("'%s' is missing"),
                                                                                               i->valuestring);
    return 0;
}

/* The members of an object; a key that is there twice would be read once. */
static int has_members(struct check *k, const cJSON *said, const cJSON *schema, const cJSON *v)
{
    const cJSON *properties = get(schema, "properties"), *i;

    if (!cJSON_IsObject(v) || (properties && said != properties)) /* both keywords lead here */
        return 0;
    cJSON_ArrayForEach(i, v)
    {
        const cJSON *of = get(properties, i->string);

        if (get(v, i->string) != i)
            return wrong(k, _("'%s' is there twice"), i->string);
        if (!of)
            of = get(schema, "additionalProperties");
        if (cJSON_IsFalse(of))
            return wrong(k, _("unknown key '%s'"), i->string);
        if (of && check_at(k, of, i, i->string, 0))
            return -1;
    }
    return 0;
}

static int has_items(struct check *k, const cJSON *said, const cJSON *schema, const cJSON *v)
{
    const cJSON *i;
    int n = 0;

    (void)schema;
    if (!cJSON_IsArray(v))
        return 0;
    cJSON_ArrayForEach(i, v) if (check_at(k, said, i, NULL, n++)) return -1;
    return 0;
}

static int is_like(struct check *k, const cJSON *said, const cJSON *schema, const cJSON *v)
{
    static const char prefix[] = "#/$defs/";
    const char *name = cJSON_GetStringValue(said);
    const cJSON *of = NULL;

    (void)schema;
    if (name && strncmp(name, prefix, sizeof prefix - 1) == 0)
        of = get(get(k->root, "$defs"), name + sizeof prefix - 1);
    return of ? check(k, of, v) : wrong(k, _("the schema has no '%s'"), name ? name : "?");
}

static const struct {
    const char *name;
    keyword *check;
} keywords[] = {{"$schema", is_note},
                {"$id", is_note},
                {"$defs", is_note},
                {"title", is_note},
                {"description", is_note},
                {"type", is_type},
                {"enum", is_enum},
                {"pattern", has_pattern},
                {"minLength", has_min_length},
                {"minimum", has_minimum},
                {"maximum", has_maximum},
                {"required", has_required},
                {"properties", has_members},
                {"additionalProperties", has_members},
                {"items", has_items},
                {"minItems", has_min_items},
                {"maxItems", has_max_items},
                {"$ref", is_like}};

static keyword *find(const char *name)
{
    for (unsigned i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (strcmp(keywords[i].name, name) == 0)
            return keywords[i].check;
    return NULL;
}

static int check(struct check *k, const cJSON *schema, const cJSON *v)
{
    const cJSON *said;
    int result = 0;

    if (k->depth == DEPTH_MAX)
        return wrong(k, "%s", _("it is nested too deeply"));
    k->depth++;
    cJSON_ArrayForEach(said, schema)
    {
        keyword *of = find(said->string);

        result = of ? of(k, said, schema, v) : wrong(k, _("the schema uses '%s', which is not enforced"), said->string);
        if (result)
            break;
    }
    k->depth--;
    return result;
}

int schema_check(const cJSON *schema, const cJSON *value, char *error, size_t room)
{
    struct check k = {.root = schema, .error = error, .room = room};

    return check(&k, schema, value);
}
