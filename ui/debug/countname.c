/* SPDX-License-Identifier: MIT */
#include "ui/debug/countname.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/debug/debugger.h"
#include "ui/i18n.h"

enum { COUNT_ALL = 0xff, NAME = 64, VECTORS = 256 };

enum family { RUN_EVENT, RUN_INSTRUCTIONS, RUN_CYCLES, STAT_NUMBER, STAT_TRAPS, STAT_INJECTED, STAT_EXITS, STAT_HOLE };

/* Single numbers of struct vm_stats. */
static const struct {
    const char *name;
    size_t at;
} number[] = {{"instructions", offsetof(struct vm_stats, instructions)},
              {"direct", offsetof(struct vm_stats, direct)},
              {"interpreted", offsetof(struct vm_stats, interpreted)},
              {"cycles", offsetof(struct vm_stats, cycles)},
              {"guest", offsetof(struct vm_stats, by.guest)},
              {"walk", offsetof(struct vm_stats, by.walk)},
              {"switch", offsetof(struct vm_stats, by.switching)},
              {"monitor", offsetof(struct vm_stats, by.monitor)},
              {"device", offsetof(struct vm_stats, by.device)},
              {"idle", offsetof(struct vm_stats, by.idle)},
              {"tlb_hits", offsetof(struct vm_stats, tlb_hits)},
              {"tlb_misses", offsetof(struct vm_stats, tlb_misses)},
              {"tlb_flushes", offsetof(struct vm_stats, tlb_flushes)}};

enum { NUMBERS = sizeof number / sizeof number[0] };

/* Lists of struct vm_stats: their sum, and each part by its name. */
static const struct {
    const char *name;
    enum family family;
} list[] = {{"traps", STAT_TRAPS}, {"injected", STAT_INJECTED}, {"exits", STAT_EXITS}};

enum { LISTS = sizeof list / sizeof list[0] };

/* ---- names ------------------------------------------------------------------------------------------------------- */

/* Takes `prefix` off the front of *name. */
static bool begins(const char **name, const char *prefix)
{
    size_t n = strlen(prefix);

    if (strncmp(*name, prefix, n) != 0)
        return false;
    *name += n;
    return true;
}

/* The number that a part of a list has: a vector's, or an exit's by its name. -1: none. */
static int part(enum family family, const char *name)
{
    char *end;
    unsigned long n;

    for (int i = 0; family == STAT_EXITS && i < EXIT_REASONS; i++)
        if (strcmp(exit_info[i].name, name) == 0)
            return i;
    if (family == STAT_EXITS || *name < '0' || *name > '9')
        return -1;
    n = strtoul(name, &end, 10);
    return *end || n >= VECTORS - 1 ? -1 : (int)n;
}

static bool find_stat(const char *name, struct count_name *c)
{
    if (strcmp(name, "hole") == 0) {
        *c = (struct count_name){.family = STAT_HOLE};
        return true;
    }
    for (unsigned i = 0; i < NUMBERS; i++)
        if (strcmp(number[i].name, name) == 0) {
            *c = (struct count_name){.family = STAT_NUMBER, .index = (uint8_t)i};
            return true;
        }
    for (unsigned i = 0; i < LISTS; i++) {
        const char *rest = name;
        int index;

        if (!begins(&rest, list[i].name) || (*rest && *rest != '.'))
            continue;
        index = *rest ? part(list[i].family, rest + 1) : COUNT_ALL;
        *c = (struct count_name){.family = (uint8_t)list[i].family, .index = (uint8_t)index};
        return index >= 0;
    }
    return false;
}

static bool find_event(const char *name, struct count_name *c)
{
    c->family = RUN_EVENT;
    c->virtual = begins(&name, "virtual.");
    for (unsigned k = 0; k < EVENT_KINDS; k++) {
        const char *rest = name;

        if (!begins(&rest, event_info[k].name) || (*rest && *rest != '.'))
            continue;
        c->index = (uint8_t)k;
        c->field = COUNT_ALL;
        for (uint8_t f = 0; *rest && event_info[k].field[f]; f++)
            if (strcmp(event_info[k].field[f], rest + 1) == 0)
                c->field = f;
        return !*rest || c->field != COUNT_ALL;
    }
    return false;
}

bool count_find(const char *text, size_t n, struct count_name *c)
{
    char copy[NAME];
    const char *name = copy;

    if (n >= sizeof copy)
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    *c = (struct count_name){.family = RUN_CYCLES};
    if (begins(&name, "stat."))
        return find_stat(name, c);
    if (!begins(&name, "run."))
        return false;
    if (strcmp(name, "cycles") == 0)
        return true;
    c->family = RUN_INSTRUCTIONS;
    return strcmp(name, "instructions") == 0 || find_event(name, c);
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static int event_value(const struct debugger *d, const struct count_name *c, int64_t *v, char *error, size_t room)
{
    uint64_t first = d->report.first, last = debug_running(d) ? d->events->count : d->report.last, count = 0, field = 0;

    if (first < recorder_first(d->events)) {
        (void)snprintf(error, room, _("the last run was too long: the log has no longer all of its events"));
        return -1;
    }
    for (uint64_t i = first; i < last; i++) {
        const struct recorded *r = recorder_at(d->events, i);

        if (r->event.kind != c->index || r->physical == c->virtual)
            continue;
        count++;
        field = c->field == COUNT_ALL ? 0 : r->event.field[c->field];
    }
    *v = (int64_t)(c->field == COUNT_ALL ? count : field);
    if (count || c->field == COUNT_ALL)
        return 0;
    (void)snprintf(error, room, _("the last run brought no event '%s'"), event_info[c->index].name);
    return -1;
}

/* One of a list, or all. */
static int64_t total(const uint64_t *count, unsigned n, unsigned index)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < n; i++)
        if (index == COUNT_ALL || i == index)
            sum += count[i];
    return (int64_t)sum;
}

static int64_t stat_value(const struct debugger *d, const struct count_name *c)
{
    struct vm_stats s;
    uint64_t one;

    vm_get_stats(debug_vm(d), &s);
    switch ((enum family)c->family) {
    case STAT_TRAPS: return total(s.traps, VECTORS, c->index);
    case STAT_INJECTED: return total(s.injected, VECTORS, c->index);
    case STAT_EXITS: return total(s.exits, EXIT_REASONS, c->index);
    case STAT_HOLE: return vm_hole(debug_vm(d))->bit ? vm_hole(debug_vm(d))->address.v : 0;
    default: break;
    }
    memcpy(&one, (const char *)&s + number[c->index].at, sizeof one);
    return (int64_t)one;
}

int count_value(const struct debugger *d, const struct count_name *c, int64_t *v, char *error, size_t room)
{
    switch ((enum family)c->family) {
    case RUN_EVENT: return event_value(d, c, v, error, room);
    case RUN_INSTRUCTIONS: *v = (int64_t)d->report.instructions; return 0;
    case RUN_CYCLES: *v = (int64_t)d->report.cycles; return 0;
    default: *v = stat_value(d, c); return 0;
    }
}

const char *count_offer(unsigned n, char *text, size_t room)
{
    static const char *const fixed[] = {"$run.instructions", "$run.cycles",    "$run.virtual.", "$stat.hole",
                                        "$stat.traps",       "$stat.injected", "$stat.exits"};
    const unsigned fixeds = sizeof fixed / sizeof fixed[0];

    if (n < fixeds)
        (void)snprintf(text, room, "%s", fixed[n]);
    else if (n < fixeds + NUMBERS)
        (void)snprintf(text, room, "$stat.%s", number[n - fixeds].name);
    else if (n < fixeds + NUMBERS + EVENT_KINDS)
        (void)snprintf(text, room, "$run.%s", event_info[n - fixeds - NUMBERS].name);
    else if (n < fixeds + NUMBERS + EVENT_KINDS + EXIT_REASONS)
        (void)snprintf(text, room, "$stat.exits.%s", exit_info[n - fixeds - NUMBERS - EVENT_KINDS].name);
    else
        return NULL;
    return text;
}
