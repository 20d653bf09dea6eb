/* SPDX-License-Identifier: MIT */
/* From an option's text to its value. */
#include <stdlib.h>
#include <string.h>

#include "grade/report.h"
#include "interp/addr.h"
#include "interp/clock.h"
#include "interp/cost.h"
#include "interp/isa.h"
#include "interp/tlb.h"
#include "ui/i18n.h"
#include "ui/options.h"
#include "ui/report.h"
#include "vmm/seam.h"
#include "vmm/technique.h"
#include "vmm/vm.h"

/* Decimal digits only, and the rest. */
static bool number(const char *text, uint64_t *v, const char **rest)
{
    const char *p = text;

    for (*v = 0; *p >= '0' && *p <= '9'; p++) {
        unsigned digit = (unsigned)(*p - '0');

        if (*v > (UINT64_MAX - digit) / 10)
            return false;
        *v = *v * 10 + digit;
    }
    *rest = p;
    return p != text;
}

/* A number, perhaps with K, M or G behind it: that many times `kilo`, its square or its cube. */
static bool scaled(const char *text, unsigned kilo, uint64_t *v)
{
    static const char suffix[] = "KMG";
    const char *rest, *s;

    if (!number(text, v, &rest))
        return false;
    if (!*rest)
        return true;
    s = strchr(suffix, *rest >= 'a' && *rest <= 'z' ? *rest - 'a' + 'A' : *rest);
    if (!s || rest[1])
        return false;
    for (long i = s - suffix; i >= 0; i--) {
        if (*v > UINT64_MAX / kilo)
            return false;
        *v *= kilo;
    }
    return true;
}

/* The index of a word in a list that ends with NULL, or -1. */
static int word_of(const char *const *list, const char *v)
{
    for (int i = 0; list[i]; i++)
        if (strcmp(list[i], v) == 0)
            return i;
    return -1;
}

enum taken take_technique(const struct technique **t, const char *v, char *error, size_t room)
{
    static const char *const planned[] = {"bt", "pv", NULL};

    *t = technique_find(v);
    if (*t)
        return TAKEN;
    if (plugin_length(v)) {
        *t = plugin_open(v, error, room);
        return *t ? TAKEN : TAKEN_SAID;
    }
    return word_of(planned, v) >= 0 ? TAKEN_UNBUILT : TAKEN_BAD;
}

/* The value of an option. */
static enum taken technique(const char *option, const char *v, const struct technique **t)
{
    char error[512];
    enum taken taken = take_technique(t, v, error, sizeof error);

    if (taken == TAKEN_SAID)
        (void)report(STATUS_USAGE, "%s %s: %s", option, v, error);
    return taken;
}

enum taken take_mode(struct options *o, const char *v)
{
    o->mode_said = true;
    return technique("--mode", v, &o->technique);
}

enum taken take_equiv(struct options *o, const char *v)
{
    return technique("--equiv", v, &o->equiv);
}

enum taken take_swap_every(struct options *o, const char *v)
{
    return scaled(v, 1000, &o->swap.every) && o->swap.every ? TAKEN : TAKEN_BAD;
}

/* The first of the techniques in a list: a plug-in's path may hold commas, and its duties follow it. */
static size_t first_of(const char *list)
{
    size_t n = plugin_length(list), comma = strcspn(list, ",");

    if (!n || comma < strcspn(list, "/"))
        n = comma;
    if (n == plugin_length(list))
        while (list[n] && seam_duty(list + n + 1, strcspn(list + n + 1, ",")) != LAB_DUTIES)
            n += 1 + strcspn(list + n + 1, ",");
    return n;
}

enum taken take_swap_through(struct options *o, const char *v)
{
    const struct technique *t;
    enum taken taken = TAKEN;
    char name[DISK_PATH];
    size_t n;

    o->swap.count = 0;
    do {
        n = first_of(v);
        if (n >= sizeof name)
            return TAKEN_BAD;
        memcpy(name, v, n);
        name[n] = '\0';
        taken = technique("--swap-through", name, &t);
        if (taken == TAKEN && rotation_has(&o->swap, t)) {
            (void)report(STATUS_USAGE, _("--swap-through: %s is there twice"), name);
            return TAKEN_SAID;
        }
        if (taken == TAKEN && !rotation_add(&o->swap, t))
            return TAKEN_BAD;
        v += n + 1;
    } while (taken == TAKEN && v[-1]);
    return taken;
}

enum taken take_mmu(struct options *o, const char *v)
{
    static const char *const name[] = {"shadow", "nested", "direct", NULL};
    int i = word_of(name, v);

    o->mmu = v;
    return i < 0 ? TAKEN_BAD : i < 2 ? TAKEN : TAKEN_UNBUILT;
}

enum taken take_cpu(struct options *o, const char *v)
{
    static const char *const name[] = {"x86", "virtualizable", NULL};
    int i = word_of(name, v);

    o->virtualizable = i == 1;
    o->cpu_said = true;
    return i < 0 ? TAKEN_BAD : TAKEN;
}

enum taken take_mem(struct options *o, const char *v)
{
    if (!scaled(v, 1024, &o->mem) || o->mem < VM_MEM_MIN || o->mem > VM_MEM_MAX)
        return TAKEN_BAD;
    return o->mem % PAGE_SIZE ? TAKEN_BAD : TAKEN;
}

static bool power_of_two(uint64_t v)
{
    return v && !(v & (v - 1));
}

enum taken take_tlb(struct options *o, const char *v)
{
    uint64_t sets, ways;
    const char *rest;

    if (!number(v, &sets, &rest) || *rest != 'x' || !number(rest + 1, &ways, &rest) || *rest)
        return TAKEN_BAD;
    if (!power_of_two(sets) || !power_of_two(ways) || sets > TLB_ENTRIES_MAX || ways > TLB_ENTRIES_MAX / sets)
        return TAKEN_BAD;
    o->tlb_sets = (unsigned)sets;
    o->tlb_ways = (unsigned)ways;
    return TAKEN;
}

enum taken take_cost(struct options *o, const char *v)
{
    o->cost = cost_preset(v);
    return o->cost ? TAKEN : TAKEN_BAD;
}

enum taken take_clock(struct options *o, const char *v)
{
    static const char *const name[] = {"cycles", "insns", NULL};
    int i = word_of(name, v);

    o->clock_insns = i == 1;
    return i < 0 ? TAKEN_BAD : TAKEN;
}

enum taken take_limit(struct options *o, const char *v)
{
    if (!scaled(v, 1000, &o->limit))
        return TAKEN_BAD;
    if (o->limit == 0)
        o->limit = CLOCK_NEVER;
    return TAKEN;
}

enum taken take_append(struct options *o, const char *v)
{
    o->append = v;
    return TAKEN;
}

enum taken take_module(struct options *o, const char *v)
{
    if (!*v || o->modules == MODULES_MAX)
        return TAKEN_BAD;
    o->module[o->modules++] = v;
    return TAKEN;
}

/* FILE or FILE,snapshot. */
enum taken take_disk(struct options *o, const char *v)
{
    static const char snapshot[] = ",snapshot";
    size_t n = strlen(v), tail = sizeof snapshot - 1;
    bool is_one = n >= tail && strcmp(v + n - tail, snapshot) == 0;

    if (is_one)
        n -= tail;
    if (!n || n >= DISK_PATH || o->disks == DISKS_MAX)
        return TAKEN_BAD;
    memcpy(o->disk[o->disks].file, v, n);
    o->disk[o->disks].file[n] = '\0';
    o->disk[o->disks++].snapshot = is_one;
    return TAKEN;
}

enum taken take_script(struct options *o, const char *v)
{
    if (!*v || o->scripts == SCRIPTS_MAX)
        return TAKEN_BAD;
    o->script[o->scripts++] = v;
    return TAKEN;
}

/* A file's name: anything but nothing. */
static enum taken file(const char **to, const char *v)
{
    *to = v;
    return *v ? TAKEN : TAKEN_BAD;
}

enum taken take_serial(struct options *o, const char *v)
{
    return file(&o->serial, v);
}

enum taken take_keys(struct options *o, const char *v)
{
    return file(&o->keys, v);
}

enum taken take_save(struct options *o, const char *v)
{
    return file(&o->save, v);
}

enum taken take_load(struct options *o, const char *v)
{
    return file(&o->load, v);
}

enum taken take_trace(struct options *o, const char *v)
{
    return file(&o->trace, v);
}

enum taken take_stats(struct options *o, const char *v)
{
    if (v && strcmp(v, "json") != 0)
        return TAKEN_BAD;
    o->stats = v ? STATS_JSON : STATS_TABLE;
    return TAKEN;
}

enum taken take_bisect(struct options *o, const char *v)
{
    (void)v;
    o->bisect = true;
    return TAKEN;
}

enum taken take_text(struct options *o, const char *v)
{
    (void)v;
    o->text = true;
    return TAKEN;
}

enum taken take_missing(struct options *o, const char *v)
{
    (void)v;
    o->missing = true;
    return TAKEN;
}

enum taken take_json(struct options *o, const char *v)
{
    (void)v;
    o->json = true;
    return TAKEN;
}

enum taken take_class(struct options *o, const char *v)
{
    static const char *const name[] = {
        [CLASS_INNOCUOUS] = "innocuous", [CLASS_PRIVILEGED] = "privileged", [CLASS_HOLE] = "hole", NULL};

    o->class = word_of(name, v);
    return o->class < 0 ? TAKEN_BAD : TAKEN;
}

/* main() has set the language already, so that every message is in it. */
enum taken take_lang(struct options *o, const char *v)
{
    (void)o;
    return i18n_init(v) ? TAKEN : TAKEN_BAD;
}

enum taken take_ascii(struct options *o, const char *v)
{
    (void)v;
    o->ascii = true;
    return TAKEN;
}

enum taken take_format(struct options *o, const char *v)
{
    for (const struct report_format *f = report_formats; f->name; f++)
        if (strcmp(f->name, v) == 0) {
            o->format = f;
            return TAKEN;
        }
    return TAKEN_BAD;
}

enum taken take_jobs(struct options *o, const char *v)
{
    const char *rest;
    uint64_t n;

    if (!number(v, &n, &rest) || *rest || n < 1 || n > 256)
        return TAKEN_BAD;
    o->jobs = (unsigned)n;
    return TAKEN;
}

enum taken take_roster(struct options *o, const char *v)
{
    return file(&o->roster, v);
}

enum taken take_state(struct options *o, const char *v)
{
    return file(&o->state, v);
}

enum taken take_student(struct options *o, const char *v)
{
    for (const char *p = v; *p; p++)
        if (!((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z')))
            return TAKEN_BAD;
    return file(&o->student, v);
}

enum taken take_fresh(struct options *o, const char *v)
{
    (void)v;
    o->fresh = true;
    return TAKEN;
}

enum taken take_unsafe(struct options *o, const char *v)
{
    (void)v;
    o->unsafe = true;
    return TAKEN;
}

enum taken take_help(struct options *o, const char *v)
{
    (void)v;
    o->help = true;
    return TAKEN;
}
