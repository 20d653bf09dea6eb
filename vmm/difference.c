/* SPDX-License-Identifier: MIT */
#include "vmm/difference.h"

#include <stdio.h>
#include <string.h>

#include "interp/machine.h"
#include "interp/state.h"

/* ---- the processor ----------------------------------------------------------------------------------------------- */

enum { FIELDS_MAX = 96 };

struct field {
    const char *name, *part; /* "cs", ".base": joined only when somebody is to read it */
    uint64_t v;
};

struct list {
    unsigned n;
    struct field field[FIELDS_MAX];
};

static void put(struct list *l, const char *name, const char *part, uint64_t v)
{
    l->field[l->n++] = (struct field){name, part, v};
}

static void put_segments(struct list *l, const struct cpu *c)
{
    static const char *const name[SEGS_ALL] = {"es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr"};

    for (unsigned i = 0; i < SEGS_ALL; i++) {
        put(l, name[i], "", c->seg[i].sel);
        put(l, name[i], ".base", c->seg[i].base);
        put(l, name[i], ".limit", c->seg[i].limit);
        put(l, name[i], ".attr", c->seg[i].attr);
    }
}

static void put_system(struct list *l, const struct cpu *c)
{
    static const char *const dr[8] = {"dr0", "dr1", "dr2", "dr3", NULL, NULL, "dr6", "dr7"};

    put(l, "cr0", "", c->cr0);
    put(l, "cr2", "", c->cr2);
    put(l, "cr3", "", c->cr3);
    put(l, "cr4", "", c->cr4);
    put(l, "gdtr", ".base", c->gdtr.base);
    put(l, "gdtr", ".limit", c->gdtr.limit);
    put(l, "idtr", ".base", c->idtr.base);
    put(l, "idtr", ".limit", c->idtr.limit);
    for (unsigned i = 0; i < 8; i++)
        if (dr[i])
            put(l, dr[i], "", c->dr[i]);
    put(l, "sysenter_cs", "", c->msr.sysenter_cs);
    put(l, "sysenter_esp", "", c->msr.sysenter_esp);
    put(l, "sysenter_eip", "", c->msr.sysenter_eip);
    put(l, "tsc", "", (uint64_t)c->msr.tsc_offset);
}

/* In the order in which a person would look. */
static void list_cpu(struct list *l, const struct machine *m)
{
    const struct cpu *c = &m->cpu;
    static const char *const name[8] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};

    l->n = 0;
    put(l, "eip", "", c->eip);
    put(l, "eflags", "", cpu_eflags(c));
    for (unsigned i = 0; i < 8; i++)
        put(l, name[i], "", c->r[i]);
    put(l, "cpl", "", c->cpl);
    put_segments(l, c);
    put_system(l, c);
    put(l, "activity", "", c->activity);
    put(l, "shadow", "", c->shadow);
    put(l, "nmi", "", c->nmi);
    put(l, "nmi_blocked", "", c->nmi_blocked);
    put(l, "pending", "", c->pending ? c->fault_vector + 1u : 0);
    put(l, "debug_hit", "", c->debug_hit);
    put(l, "a20", "", m->a20 == A20_OPEN);
}

static bool differ(struct difference *d, enum difference_kind kind, const char *name, const char *part, uint64_t a,
                   uint64_t b)
{
    if (a == b)
        return false;
    *d = (struct difference){.kind = kind, .is = {a, b}};
    (void)snprintf(d->name, sizeof d->name, "%s%s", name, part);
    if (strcmp(name, "eflags") == 0)
        d->eflags = (uint32_t)(a ^ b);
    return true;
}

static bool cpus(const struct machine *a, const struct machine *b, struct difference *d)
{
    struct list la, lb;

    list_cpu(&la, a);
    list_cpu(&lb, b);
    for (unsigned i = 0; i < la.n; i++)
        if (differ(d, DIFFER_REGISTER, la.field[i].name, la.field[i].part, la.field[i].v, lb.field[i].v))
            return true;
    return false;
}

/* ---- the rest of a state but memory ------------------------------------------------------------------------------ */

/* The second machine's bytes against the first one's, as they come. */
struct checker {
    const struct state *first;
    const struct state *now;
    char section[5]; /* in which they differ; empty: nowhere */
};

static void check(void *ctx, const void *bytes, size_t n)
{
    struct checker *k = ctx;
    size_t at = k->now->pos;

    if (k->section[0])
        return;
    if (n > k->first->size - at || memcmp(k->first->data + at, bytes, n) != 0)
        memcpy(k->section, k->now->section, sizeof k->section);
}

static void rest(struct machine *m, struct state *s)
{
    cpu_state(s, &m->cpu);
    pc_state(&m->pc, s);
}

static bool devices(struct machine *a, struct machine *b, struct difference *d)
{
    struct state first, second;
    struct checker k = {.first = &first, .now = &second};

    state_init_save(&first);
    rest(a, &first);
    state_init_sink(&second, check, &k);
    rest(b, &second);
    state_free(&first);
    if (!k.section[0])
        return false;
    *d = (struct difference){.kind = DIFFER_DEVICE};
    memcpy(d->name, k.section, sizeof k.section);
    return true;
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static bool memory(struct machine *a, struct machine *b, struct difference *d)
{
    for (uint32_t page = 0; page < a->pages && page < b->pages; page++) {
        const uint8_t *pa, *pb;
        unsigned i = 0;

        if (a->map[page] == NO_FRAME || b->map[page] == NO_FRAME)
            continue;
        pa = ram_frame(a->ram, a->map[page]);
        pb = ram_frame(b->ram, b->map[page]);
        if (memcmp(pa, pb, PAGE_SIZE) == 0)
            continue;
        while (pa[i] == pb[i])
            i++;
        *d = (struct difference){.kind = DIFFER_MEMORY, .at = page << PAGE_SHIFT | i, .is = {pa[i], pb[i]}};
        return true;
    }
    return false;
}

bool difference_registers(struct machine *a, struct machine *b, struct difference *d)
{
    *d = (struct difference){.kind = DIFFER_NOT};
    return differ(d, DIFFER_TIME, "tick", "", a->cpu.t[0], b->cpu.t[0]) || cpus(a, b, d) || devices(a, b, d);
}

bool difference_all(struct machine *a, struct machine *b, struct difference *d)
{
    return difference_registers(a, b, d) || memory(a, b, d);
}
