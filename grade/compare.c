/* SPDX-License-Identifier: MIT */
#include "grade/compare.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "vmm/words.h"
#include "interp/access.h"
#include "interp/machine.h"
#include "interp/phys.h"
#include "interp/state.h"
#include "vmm/seam.h"

/* Names a difference, unless there is none. */
static bool same(const char *what, uint64_t got, uint64_t expected, char *text, size_t room)
{
    if (got != expected)
        (void)snprintf(text, room, _("%s is %08llx, a true machine has %08llx"), what, (unsigned long long)got,
                       (unsigned long long)expected);
    return got == expected;
}

static bool compare_segments(const struct cpu *g, const struct cpu *e, char *text, size_t room)
{
    static const char *const name[SEGS] = {"es", "cs", "ss", "ds", "fs", "gs"};

    for (unsigned i = 0; i < SEGS; i++) {
        const struct seg *a = &g->seg[i], *b = &e->seg[i];

        if (!same(name[i], a->sel, b->sel, text, room))
            return false;
        if (a->base != b->base || a->limit != b->limit || a->attr != b->attr) {
            (void)snprintf(text, room, _("%s: the hidden part of the segment register is not its descriptor's"),
                           name[i]);
            return false;
        }
    }
    return true;
}

bool compare_cpus(const struct machine *got, const struct machine *expected, char *text, size_t room)
{
    const struct cpu *g = &got->cpu, *e = &expected->cpu;
    const struct {
        const char *name;
        uint64_t got, expected;
    } field[] = {{"eip", g->eip, e->eip},
                 {"eax", g->r[EAX], e->r[EAX]},
                 {"ecx", g->r[ECX], e->r[ECX]},
                 {"edx", g->r[EDX], e->r[EDX]},
                 {"ebx", g->r[EBX], e->r[EBX]},
                 {"esp", g->r[ESP], e->r[ESP]},
                 {"ebp", g->r[EBP], e->r[EBP]},
                 {"esi", g->r[ESI], e->r[ESI]},
                 {"edi", g->r[EDI], e->r[EDI]},
                 {"eflags", cpu_eflags(g), cpu_eflags(e)},
                 {"cr0", g->cr0, e->cr0},
                 {"cr2", g->cr2, e->cr2},
                 {"cr3", g->cr3, e->cr3},
                 {"cr4", g->cr4, e->cr4},
                 {"gdtr.base", g->gdtr.base, e->gdtr.base},
                 {"gdtr.limit", g->gdtr.limit, e->gdtr.limit},
                 {"idtr.base", g->idtr.base, e->idtr.base},
                 {"idtr.limit", g->idtr.limit, e->idtr.limit},
                 {"cpl", g->cpl, e->cpl},
                 {N_("the shadow of STI"), g->shadow, e->shadow},
                 {N_("the state of HLT"), g->activity, e->activity}};

    for (unsigned i = 0; i < sizeof field / sizeof field[0]; i++)
        if (!same(_(field[i].name), field[i].got, field[i].expected, text, room))
            return false;
    return compare_segments(g, e, text, room);
}

bool compare_writes(struct machine *got, struct machine *expected, const struct seam_event *ev, char *text, size_t room)
{
    for (unsigned i = 0; i < ev->writes && i < SEAM_WRITES; i++) {
        uint8_t g[LAB_DATA] = {0}, e[LAB_DATA] = {0};
        uint32_t at = ev->write[i].linear, size = ev->write[i].size;

        (void)lin_peek(got, at, g, size);
        (void)lin_peek(expected, at, e, size);
        for (uint32_t b = 0; b < size; b++)
            if (g[b] != e[b]) {
                (void)snprintf(text, room, _("the byte at %08x is %02x, a true machine has %02x"), at + b, g[b], e[b]);
                return false;
            }
    }
    return true;
}

/* The first byte of RAM that differs; false: there is none. */
static bool compare_memory(struct machine *got, struct machine *expected, char *text, size_t room)
{
    for (uint64_t pa = 0; pa < got->mem; pa += PAGE_SIZE) {
        const uint8_t *g, *e;

        if (machine_frame(got, pa) == NO_FRAME || machine_frame(expected, pa) == NO_FRAME)
            continue;
        g = phys_page(got, pa);
        e = phys_page(expected, pa);
        for (unsigned i = 0; i < PAGE_SIZE; i++)
            if (g[i] != e[i]) {
                (void)snprintf(text, room, _("the byte at %08x is %02x, a true machine has %02x"), (unsigned)pa + i,
                               g[i], e[i]);
                return false;
            }
    }
    return true;
}

bool compare_all(struct machine *got, struct machine *expected, char *text, size_t room)
{
    char g[33], e[33];

    if (!compare_cpus(got, expected, text, room) || !compare_memory(got, expected, text, room))
        return false;
    machine_digest(got, g);
    machine_digest(expected, e);
    if (strcmp(g, e) != 0)
        (void)snprintf(text, room, "%s", _("a device is not in the state that a true machine has"));
    return strcmp(g, e) == 0;
}
