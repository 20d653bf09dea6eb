/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/isa.h"
#include "ui/holes.h"
#include "ui/i18n.h"
#include "ui/options.h"
#include "ui/place.h"
#include "ui/report.h"
#include "ui/session.h"
#include "vmm/technique.h"
#include "vmm/vm.h"

/* A guest needs little memory, and ends soon. */
static const uint64_t MEMORY = 4u << 20, TICKS_MAX = UINT64_C(4000000000);

static int by_place(const void *a, const void *b)
{
    const struct isa_entry *const *x = a, *const *y = b;
    unsigned px = (*x)->hole ? (*x)->hole : HOLES_MAX, py = (*y)->hole ? (*y)->hole : HOLES_MAX;

    if (px != py)
        return px < py ? -1 : 1;
    return *x < *y ? -1 : *x > *y; /* both are in isa[] */
}

unsigned holes_list(const struct isa_entry *list[HOLES_MAX])
{
    unsigned n = 0, known;

    for (unsigned i = 0; i < isa_count && n < HOLES_MAX; i++) {
        if (isa[i].class != CLASS_HOLE)
            continue;
        for (known = 0; known < n && strcmp(list[known]->mnemonic, isa[i].mnemonic) != 0; known++)
            ;
        if (known == n)
            list[n++] = &isa[i];
    }
    qsort(list, n, sizeof *list, by_place);
    return n;
}

void holes_runs(struct hole_runs *r)
{
    r->run[0] = (struct hole_run){technique_find("native"), false};
    r->count = 1;
    for (unsigned i = 0; techniques[i] && r->count + 2 <= HOLE_RUNS_MAX; i++) {
        if (techniques[i] == r->run[0].technique)
            continue;
        r->run[r->count++] = (struct hole_run){techniques[i], false};
        if (techniques[i]->needs_virtualizable)
            r->run[r->count++] = (struct hole_run){techniques[i], true};
    }
}

bool hole_run_promises(const struct hole_run *r)
{
    return r->virtualizable || !r->technique->needs_virtualizable;
}

/* "guests/holes/callfar.elf": a mnemonic of two words is one there. */
static void name_guest(const char *mnemonic, char *to, size_t room)
{
    size_t n = (size_t)snprintf(to, room, "guests/holes/");

    for (; *mnemonic && n + 5 < room; mnemonic++)
        if (*mnemonic != ' ')
            to[n++] = *mnemonic;
    (void)snprintf(to + n, room - n, ".elf");
}

int hole_open(struct session *s, const struct options *o, const struct isa_entry *e, const struct hole_run *r)
{
    struct options k = *o;
    char name[64], path[PLACE_ROOM];

    name_guest(e->mnemonic, name, sizeof name);
    if (place_of(name, path))
        return report(STATUS_USAGE, _("holes: %s is not there: `make guests` builds it"), name);
    k.word = path;
    k.technique = r->technique;
    k.virtualizable = r->virtualizable;
    k.mem = MEMORY;
    return session_open(s, &k);
}

/* The first line of what the guest prints. */
struct said {
    char text[HOLE_SAW];
    size_t size;
    bool over;
};

static void hear(void *ctx, uint8_t byte)
{
    struct said *s = ctx;

    s->over |= byte == '\n';
    if (!s->over && s->size + 1 < sizeof s->text)
        s->text[s->size++] = byte >= ' ' && byte <= '~' ? (char)byte : '?';
}

int hole_run(const struct options *o, const struct isa_entry *e, const struct hole_run *r, struct hole_seen *seen)
{
    struct said said = {.size = 0};
    const struct hole *h;
    struct session s;
    enum outcome end;
    int status = hole_open(&s, o, e, r);

    if (status)
        return status;
    vm_serial(s.vm, hear, &said);
    end = vm_run(s.vm, TICKS_MAX);
    h = vm_hole(s.vm);
    *seen = (struct hole_seen){.bit = h->bit};
    (void)snprintf(seen->text, sizeof seen->text, "%s", end == OUTCOME_OK ? said.text : outcome_name(end));
    memcpy(seen->expected, h->expected, sizeof seen->expected);
    memcpy(seen->got, h->got, sizeof seen->got);
    return session_close(&s);
}
