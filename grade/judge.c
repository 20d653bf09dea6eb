/* SPDX-License-Identifier: MIT */
#include "grade/judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "grade/compare.h"
#include "grade/manifest.h"
#include "vmm/words.h"
#include "interp/loader.h"
#include "interp/symbols.h"
#include "vmm/monitor.h"
#include "vmm/seam.h"
#include "vmm/vm.h"

enum {
    SLICE = 1 << 16, /* ticks between two looks at the budget */
    TAIL = 64,       /* ticks by which the reference may end later */
    DELIVERIES_AT_ONCE = 4,
    CONSOLE_ROOM = 4096
};

struct console {
    char text[CONSOLE_ROOM];
    size_t n;
};

struct court {
    const struct trial *t;
    struct verdict *v;
    struct seam *seam;
    struct symbols *symbols;
    struct vm *student, *reference;
    struct console got, expected;
    bool over_budget;
};

static void print(void *ctx, uint8_t byte)
{
    struct console *c = ctx;

    if (c->n + 1 < CONSOLE_ROOM)
        c->text[c->n++] = (char)byte;
}

static void lost(struct court *k, const char *fmt, ...)
{
    va_list args;

    if (k->v->text[0])
        return;
    va_start(args, fmt);
    (void)vsnprintf(k->v->text, sizeof k->v->text, fmt, args);
    va_end(args);
}

/* "00100123 (main.round+0x4)" */
static const char *place(const struct court *k, uint32_t eip, char room[120])
{
    uint32_t offset;
    const struct symbol *s = symbols_at(k->symbols, eip, &offset);

    while (s && strncmp(s->name, "..@", 3) == 0) /* a label within one of NASM's macros says nothing */
        s = s->addr ? symbols_at(k->symbols, s->addr - 1, &offset) : NULL;
    if (!s)
        (void)snprintf(room, 120, "%08" PRIx32, eip);
    else
        (void)snprintf(room, 120, eip > s->addr ? "%08" PRIx32 " (%.80s+0x%" PRIx32 ")" : "%08" PRIx32 " (%.80s)", eip,
                       s->name, eip - s->addr);
    return room;
}

/* The two came apart: the student's machine stops here. */
static void differs(struct court *k, const char *after, uint32_t eip, const char *what)
{
    char room[120];

    k->v->differs = true;
    k->v->tick = machine_now(vm_guest(k->student));
    lost(k, _("after %s at %s, instruction %" PRIu64 ": %s"), after, place(k, eip, room), k->v->tick, what);
    mon_complain(k->student, "%s", k->v->text);
}

/* The reference goes to the same place: as many instructions, and as many deliveries. */
static void follow(struct court *k)
{
    const struct machine *g = vm_guest(k->student), *e = vm_guest(k->reference);
    uint64_t tick = machine_now(g);

    if (machine_now(e) < tick)
        (void)vm_run(k->reference, tick);
    for (unsigned i = 0; i < DELIVERIES_AT_ONCE && e->deliveries < g->deliveries && machine_now(e) == tick; i++)
        (void)vm_step(k->reference);
}

static void after(struct seam *s, struct vm *vm, const struct lab_trap *t)
{
    struct court *k = s->ctx;
    struct machine *g = vm_guest(vm), *e = vm_guest(k->reference);
    const char *name = seam_duty_name[t->duty];
    uint32_t eip = s->now.eip;
    struct vm_stats stats;
    char what[200];

    follow(k);
    if (e->deliveries != g->deliveries)
        differs(k, name, eip,
                e->deliveries < g->deliveries ? _("the guest got an event that a true machine would not deliver here")
                                              : _("the guest missed an event that a true machine has delivered"));
    else if (machine_now(e) != machine_now(g))
        differs(k, name, eip, _("a true machine has taken another way"));
    else if (!compare_cpus(g, e, what, sizeof what) || !compare_writes(g, e, &s->now, what, sizeof what))
        differs(k, name, eip, what);
    vm_get_stats(vm, &stats);
    if (stats.cycles > k->t->test->cycles) {
        k->over_budget = true;
        vm_interrupt(vm);
    }
}

static struct vm *create(struct court *k, const struct technique *technique, struct console *c)
{
    const struct trial *t = k->t;
    const struct vm_config config = {.technique = technique,
                                     .virtualizable = t->lab->virtualizable,
                                     .mem = t->lab->mem,
                                     .tlb_sets = 64,
                                     .tlb_ways = 4,
                                     .cost = &cost_presets[0],
                                     .clock_insns = true};
    char name[NAME_ROOM + 8], seed[16], error[200];
    const struct boot b = {.name = name, .image = t->image, .size = t->size, .append = seed};
    struct vm *vm = vm_create(&config, error, sizeof error);

    /* The command line's length is time to a guest that reads it: it is the debugger's, of a run from tests/. */
    (void)snprintf(name, sizeof name, "%s.elf", t->test->guest);
    (void)snprintf(seed, sizeof seed, "%" PRIu32, t->test->seed);
    if (vm && loader_boot(vm_guest(vm), &b, error, sizeof error)) {
        vm_destroy(vm);
        vm = NULL;
    }
    if (vm)
        vm_serial(vm, print, c);
    else
        lost(k, "%s", error);
    return vm;
}

/* Slice by slice, so that a guest that never traps again is noticed too. */
static enum outcome run(struct court *k)
{
    struct vm_stats stats;
    enum outcome o;

    do {
        o = vm_run(k->student, machine_now(vm_guest(k->student)) + SLICE);
        vm_get_stats(k->student, &stats);
        k->over_budget |= stats.cycles > k->t->test->cycles;
    } while ((o == OUTCOME_LIMIT || o == OUTCOME_NONE) && !k->over_budget);
    return o;
}

/* Both have come to an end: the same one? */
static void compare_ends(struct court *k, enum outcome got)
{
    struct machine *g = vm_guest(k->student), *e = vm_guest(k->reference);
    enum outcome expected = vm_run(k->reference, machine_now(g) + TAIL);
    char what[200], room[120];

    if (got != expected || g->exit_code != e->exit_code || machine_now(e) != machine_now(g))
        lost(k, _("the guest ended at %s with '%s', on a true machine with '%s'"), place(k, g->cpu.eip, room),
             outcome_name(got), outcome_name(expected));
    else if (k->got.n != k->expected.n || memcmp(k->got.text, k->expected.text, k->got.n) != 0)
        lost(k, "%s", _("the guest printed something else than on a true machine"));
    else if (!compare_all(g, e, what, sizeof what))
        lost(k, _("at the end: %s"), what);
}

static bool was_asked(const struct seam *s)
{
    for (unsigned d = 0; d < LAB_DUTIES; d++)
        if (s->asked[d])
            return true;
    return false;
}

static void decide(struct court *k, enum outcome o)
{
    if (o == OUTCOME_BROKEN)
        lost(k, "%s", vm_complaint(k->student));
    else if (k->over_budget)
        lost(k, _("the budget of %" PRIu64 " simulated cycles is used up, at eip %08" PRIx32), k->t->test->cycles,
             vm_guest(k->student)->cpu.eip);
    else
        compare_ends(k, o);
    if (k->v->text[0])
        return;
    /* What is equal to the reference can be wrong only if the guest is: it fails, or asks for nothing. */
    k->v->fault = o != OUTCOME_OK || !was_asked(k->seam);
    if (k->v->fault)
        lost(k, _("guest %s proves nothing: it ends with '%s'"), k->t->test->guest, outcome_name(o));
    k->v->passed = !k->v->fault;
}

void judge(const struct trial *t, struct seam *seam, struct verdict *v)
{
    struct court k = {.t = t, .v = v, .seam = seam};

    *v = (struct verdict){.passed = false};
    seam->duties = t->part->duties;
    seam->after = after;
    seam->ctx = &k;
    k.symbols = symbols_read(t->image, t->size);
    k.student = create(&k, &seam->technique, &k.got);
    k.reference = create(&k, &technique_emulate, &k.expected);
    v->fault = !k.student || !k.reference;
    if (!v->fault)
        decide(&k, run(&k));
    vm_destroy(k.student);
    vm_destroy(k.reference);
    symbols_free(k.symbols);
    seam->ctx = NULL;
}
