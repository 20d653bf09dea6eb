/* SPDX-License-Identifier: MIT */
#include "grade/manifest.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "vmm/words.h"
#include "interp/addr.h"
#include "vmm/seam.h"
#include "vmm/vm.h"

/* A parser's state: the first mistake is kept. */
struct reader {
    char *error;
    size_t room;
    bool failed;
};

static bool wrong(struct reader *r, const char *fmt, ...)
{
    va_list args;

    if (!r->failed) {
        va_start(args, fmt);
        (void)vsnprintf(r->error, r->room, fmt, args);
        va_end(args);
        for (char *p = r->error; *p; p++) /* it stays one line, whatever it quotes */
            *p = (unsigned char)*p < ' ' || *p == 0x7f ? '?' : *p;
    }
    r->failed = true;
    return false;
}

/* Is it one of the words of a list with blanks between them? */
static bool is_word_of(const char *list, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = list; *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");

        if (length == n && memcmp(at, word, n) == 0)
            return true;
        at += length;
    }
    return false;
}

/* The object has just these members (a list with blanks), each once. */
static bool members(struct reader *r, const cJSON *object, const char *what, const char *allowed)
{
    const cJSON *i;

    if (!cJSON_IsObject(object))
        return wrong(r, _("%s is no object"), what);
    cJSON_ArrayForEach(i, object)
    {
        if (!is_word_of(allowed, i->string))
            return wrong(r, _("%s has an unknown member '%.40s'"), what, i->string);
        if (cJSON_GetObjectItemCaseSensitive(object, i->string) != i)
            return wrong(r, _("%s has its member '%.40s' twice"), what, i->string);
    }
    return true;
}

static uint64_t number(struct reader *r, const cJSON *object, const char *key, uint64_t min, uint64_t max)
{
    const cJSON *i = cJSON_GetObjectItemCaseSensitive(object, key);

    if (!cJSON_IsNumber(i) || !(i->valuedouble >= (double)min && i->valuedouble <= (double)max) ||
        i->valuedouble != (double)(uint64_t)i->valuedouble) {
        wrong(r, _("'%s' is no whole number from %llu to %llu"), key, (unsigned long long)min, (unsigned long long)max);
        return min;
    }
    return (uint64_t)i->valuedouble;
}

static const char *string(struct reader *r, const cJSON *object, const char *key)
{
    const cJSON *i = cJSON_GetObjectItemCaseSensitive(object, key);

    if (cJSON_IsString(i) && *i->valuestring)
        return i->valuestring;
    wrong(r, _("'%s' is no text"), key);
    return "";
}

/* A name that becomes part of paths: nothing but lower-case letters, digits and those of `more`. */
static void name(struct reader *r, const cJSON *object, const char *key, const char *more, char to[NAME_ROOM])
{
    const char *s = string(r, object, key);

    if (strlen(s) >= NAME_ROOM)
        wrong(r, _("'%s' is too long"), key);
    for (const char *p = s; *p; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || strchr(more, *p))) {
            wrong(r, _("'%s' may not be '%.60s'"), key, s);
            break;
        }
    if (!r->failed)
        memcpy(to, s, strlen(s) + 1);
}

static void text(struct reader *r, const cJSON *object, const char *key, struct lab_text *t)
{
    const cJSON *i = cJSON_GetObjectItemCaseSensitive(object, key);

    if (!members(r, i, key, "en zh"))
        return;
    t->en = string(r, i, "en");
    t->zh = string(r, i, "zh");
}

static void texts(struct reader *r, const cJSON *object, const char *key)
{
    static const char *const lang[] = {"en", "zh"};
    const cJSON *both = cJSON_GetObjectItemCaseSensitive(object, key), *i;

    if (!members(r, both, key, "en zh"))
        return;
    for (unsigned l = 0; l < 2; l++) {
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(both, lang[l]);

        if (!cJSON_IsArray(list) || !list->child)
            wrong(r, _("'%s' is no list of texts in '%s'"), key, lang[l]);
        cJSON_ArrayForEach(i, list) if (!cJSON_IsString(i) || !*i->valuestring)
            wrong(r, _("'%s' is no list of texts in '%s'"), key, lang[l]);
    }
}

/* The list behind a key; NULL: not one of 1 to `max` entries. */
static const cJSON *list_of(struct reader *r, const cJSON *object, const char *key, int max)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, key);
    int n = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;

    if (n >= 1 && n <= max)
        return list;
    wrong(r, _("'%s' is no list of 1 to %d entries"), key, max);
    return NULL;
}

static void read_test(struct reader *r, const cJSON *o, struct lab_test *t)
{
    const cJSON *hidden = cJSON_GetObjectItemCaseSensitive(o, "hidden");

    if (!members(r, o, "tests", "guest points seed cycles hidden"))
        return;
    name(r, o, "guest", "/-", t->guest);
    if (strncmp(t->guest, "public/", 7) != 0 && strncmp(t->guest, "hidden/", 7) != 0)
        wrong(r, _("guest '%s' lies neither in public/ nor in hidden/"), t->guest);
    else if (strchr(t->guest + 7, '/') || !t->guest[7])
        wrong(r, _("'%s' may not be '%.60s'"), "guest", t->guest);
    t->points = (unsigned)number(r, o, "points", 1, 10000);
    t->seed = (uint32_t)number(r, o, "seed", 0, UINT32_MAX);
    t->cycles = number(r, o, "cycles", 1, 1000000000000);
    if (hidden && !cJSON_IsBool(hidden))
        wrong(r, _("'%s' is neither true nor false"), "hidden");
    t->hidden = cJSON_IsTrue(hidden);
    if (t->hidden != (strncmp(t->guest, "hidden/", 7) == 0))
        wrong(r, _("guest '%s' lies in the wrong folder for its 'hidden'"), t->guest);
}

static void read_duties(struct reader *r, const cJSON *o, struct lab_part *p)
{
    const cJSON *list = list_of(r, o, "duties", LAB_DUTIES), *i;

    cJSON_ArrayForEach(i, list)
    {
        unsigned d = cJSON_IsString(i) ? seam_duty(i->valuestring, strlen(i->valuestring)) : LAB_DUTIES;

        if (d == LAB_DUTIES || (p->duties >> d & 1))
            wrong(r, _("part '%s': a duty that does not exist, or twice"), p->name);
        else
            p->duties |= 1u << d;
    }
}

static void read_part(struct reader *r, const cJSON *o, struct manifest *m)
{
    struct lab_part *p = &m->part[m->parts];
    const cJSON *i, *list;
    unsigned sum = 0;

    if (!members(r, o, "parts", "name title points duties tests"))
        return;
    name(r, o, "name", "-", p->name);
    for (unsigned n = 0; n < m->parts; n++)
        if (strcmp(m->part[n].name, p->name) == 0)
            wrong(r, _("there are two parts '%s'"), p->name);
    text(r, o, "title", &p->title);
    p->points = (unsigned)number(r, o, "points", 1, 10000);
    read_duties(r, o, p);
    list = list_of(r, o, "tests", TESTS_MAX);
    cJSON_ArrayForEach(i, list)
    {
        read_test(r, i, &p->test[p->tests]);
        sum += p->test[p->tests++].points;
    }
    if (sum != p->points)
        wrong(r, _("part '%s': its tests' points add up to %u, not to %u"), p->name, sum, p->points);
    m->parts++;
}

static void read_machine(struct reader *r, const cJSON *root, struct manifest *m)
{
    const cJSON *o = cJSON_GetObjectItemCaseSensitive(root, "machine");
    const char *cpu;

    if (!members(r, o, "machine", "cpu mem"))
        return;
    cpu = string(r, o, "cpu");
    m->virtualizable = strcmp(cpu, "virtualizable") == 0;
    if (!m->virtualizable && strcmp(cpu, "x86") != 0)
        wrong(r, _("'%s' may not be '%.60s'"), "cpu", cpu);
    m->mem = number(r, o, "mem", VM_MEM_MIN, 256u << 20);
    if (m->mem & PAGE_OFFSET)
        wrong(r, _("'%s' is no multiple of %d"), "mem", PAGE_SIZE);
}

static void read_file_name(struct reader *r, const cJSON *root, struct manifest *m)
{
    size_t n;

    name(r, root, "file", "_.", m->file);
    n = strlen(m->file);
    if (n < 3 || strcmp(m->file + n - 2, ".c") != 0 || strchr(m->file, '.') != m->file + n - 2)
        wrong(r, _("'%s' may not be '%.60s'"), "file", m->file);
}

static void read_root(struct reader *r, const cJSON *root, struct manifest *m)
{
    const cJSON *list, *i;
    unsigned sum = 0;

    if (!members(r, root, _("the manifest"),
                 "$schema format number name title objectives prerequisites minutes file technique machine points "
                 "floor parts"))
        return;
    (void)number(r, root, "format", 1, 1);
    m->number = (unsigned)number(r, root, "number", 1, 99);
    name(r, root, "name", "-", m->name);
    text(r, root, "title", &m->title);
    texts(r, root, "objectives");
    texts(r, root, "prerequisites");
    m->minutes = (unsigned)number(r, root, "minutes", 1, 10000);
    read_file_name(r, root, m);
    name(r, root, "technique", "", m->technique);
    read_machine(r, root, m);
    m->points = (unsigned)number(r, root, "points", 1, 10000);
    m->floor = (unsigned)number(r, root, "floor", 0, m->points);
    list = list_of(r, root, "parts", PARTS_MAX);
    cJSON_ArrayForEach(i, list)
    {
        if (r->failed)
            return;
        read_part(r, i, m);
    }
    for (unsigned p = 0; p < m->parts; p++)
        sum += m->part[p].points;
    if (sum != m->points)
        wrong(r, _("the parts' points add up to %u, not to %u"), sum, m->points);
}

int manifest_parse(struct manifest *m, const char *data, size_t n, char *error, size_t room)
{
    struct reader r = {error, room, false};
    const char *end = NULL;

    *m = (struct manifest){.number = 0};
    m->root = cJSON_ParseWithLengthOpts(data, n, &end, false);
    while (m->root && end < data + n && strchr(" \t\r\n", *end) && *end)
        end++;
    if (!m->root || end != data + n)
        wrong(&r, _("no JSON at byte %zu"), end ? (size_t)(end - data) : 0);
    else
        read_root(&r, m->root, m);
    if (r.failed)
        manifest_free(m);
    return r.failed ? -1 : 0;
}

void manifest_free(struct manifest *m)
{
    cJSON_Delete(m->root);
    *m = (struct manifest){.number = 0};
}

const char *manifest_line(const struct manifest *m, const char *list, const char *lang, unsigned i)
{
    const cJSON *both = cJSON_GetObjectItemCaseSensitive(m->root, list);

    return cJSON_GetStringValue(cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(both, lang), (int)i));
}
