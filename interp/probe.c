/* SPDX-License-Identifier: MIT */
#include "interp/probe.h"

#include <string.h>

#include "interp/access.h"
#include "interp/block.h"
#include "interp/machine.h"
#include "interp/segment.h"

static void sum_up(struct probes *p)
{
    p->kinds = 0;
    for (unsigned i = 0; i < p->count; i++)
        p->kinds |= p->probe[i].kinds;
}

int probe_add(struct probes *p, uint32_t at, uint32_t size, unsigned kinds)
{
    if (p->count == PROBES_MAX || size == 0)
        return -1;
    p->probe[p->count++] = (struct probe){at, size, (uint8_t)kinds};
    sum_up(p);
    return 0;
}

void probe_remove(struct probes *p, uint32_t at, uint32_t size, unsigned kinds)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < p->count; i++) {
        const struct probe q = p->probe[i];

        if (q.at != at || q.size != size || q.kinds != kinds)
            p->probe[kept++] = q;
    }
    p->count = kept;
    sum_up(p);
    if (kinds == PROBE_EXEC)
        probe_retired(p, at);
}

void probe_retired(struct probes *p, uint32_t at)
{
    for (unsigned i = 0; i < BEGUN_MAX; i++)
        if (p->begun[i].at == at)
            p->begun[i].used = false;
}

void machine_probe(struct machine *m, struct probes *p)
{
    m->probes = p->count ? p : NULL;
    lookaside_clear(&m->cpu.tlb);
    block_probes_changed(&m->cpu);
}

/* Addresses wrap at 4 GiB, and so do ranges. */
static bool overlap(const struct probe *q, uint32_t at, uint32_t size)
{
    return at - q->at < q->size || q->at - at < size;
}

unsigned probe_kinds(const struct probes *p, uint32_t at, uint32_t size)
{
    unsigned kinds = 0;

    for (unsigned i = 0; i < p->count; i++)
        if (overlap(&p->probe[i], at, size))
            kinds |= p->probe[i].kinds;
    return kinds;
}

/* ---- code -------------------------------------------------------------------------------------------------------- */

/* Where ring 0, or root operation, is a monitor's, its instructions are not the guest's. */
static bool looks_at_code(const struct cpu *c)
{
    return (c->m->probes->kinds & PROBE_EXEC) && (!c->m->monitored || (c->vmx.on ? c->vmx.non_root : c->cpl));
}

bool probe_in_page(const struct cpu *c, uint32_t page)
{
    return looks_at_code(c) && (probe_kinds(c->m->probes, page, PAGE_SIZE) & PROBE_EXEC);
}

bool probe_at_offset(const struct probes *p, unsigned offset)
{
    for (unsigned i = 0; i < p->count; i++)
        if ((p->probe[i].kinds & PROBE_EXEC) && (p->probe[i].at & PAGE_OFFSET) == offset)
            return true;
    return false;
}

static uint32_t next_address(const struct cpu *c)
{
    return c->seg[CS].base + c->eip;
}

static bool same_registers(const struct begun *b, const struct cpu *c)
{
    return memcmp(b->r, c->r, sizeof b->r) == 0;
}

static struct begun *find_begun(struct probes *p, const struct cpu *c)
{
    for (unsigned i = 0; i < BEGUN_MAX; i++) {
        struct begun *b = &p->begun[i];

        if (b->used && b->at == next_address(c) && same_registers(b, c))
            return b;
    }
    return NULL;
}

static void note(struct begun *b, const struct cpu *c)
{
    *b = (struct begun){.used = true, .at = next_address(c)};
    memcpy(b->r, c->r, sizeof b->r);
}

static struct begun *begin_probed(struct probes *p, const struct cpu *c)
{
    struct begun *b = find_begun(p, c);

    if (!b) {
        b = &p->begun[p->oldest++ % BEGUN_MAX];
        note(b, c);
    }
    return b;
}

void probe_pass(struct probes *p, const struct cpu *c)
{
    (void)begin_probed(p, c);
}

static bool probed(const struct cpu *c)
{
    return looks_at_code(c) && (probe_kinds(c->m->probes, next_address(c), 1) & PROBE_EXEC);
}

bool probe_stands(struct cpu *c)
{
    struct probes *p = c->m->probes;
    uint32_t at = next_address(c);

    if (!probed(c) || find_begun(p, c))
        return false;
    p->hit = (struct probe_hit){.kinds = PROBE_EXEC, .probe = at, .at = at, .size = 1};
    return true;
}

bool probe_before(struct cpu *c)
{
    struct probes *p = c->m->probes;

    p->running = NULL;
    if (!probed(c))
        return true;
    if (!c->stepping && probe_stands(c))
        return false;
    p->running = begin_probed(p, c);
    return true;
}

void probe_after(struct cpu *c, bool wholly)
{
    struct begun *b = c->m->probes->running;

    c->m->probes->running = NULL;
    if (b && wholly)
        b->used = false;
    else if (b)
        note(b, c);
}

/* A stepped REP goes in pieces, each noted when it begins, and faults at the first access of one: its note is true. */
void probe_fault(struct cpu *c)
{
    c->m->probes->hit.kinds = 0;
    c->m->probes->running = NULL;
}

/* ---- data -------------------------------------------------------------------------------------------------------- */

/* Where ring 0 is a monitor's, so is what lies at SEG_CUT and above and what the delivery into it pushes. */
static bool looks_at_data(const struct cpu *c, uint32_t lin)
{
    if (c->vmx.on && c->m->monitored)
        return c->vmx.non_root;
    return !c->m->monitored || (c->cpl && !c->delivering && lin < SEG_CUT);
}

void probe_touched(struct cpu *c, uint32_t lin, unsigned size, unsigned kinds)
{
    struct probes *p = c->m->probes;
    bool write = kinds & PROBE_WRITE;

    if (!(p->kinds & kinds) || !looks_at_data(c, lin))
        return;
    if (p->hit.kinds && !(write && p->hit.kinds == PROBE_READ)) /* the first counts, a write more than a read */
        return;
    for (unsigned i = 0; i < p->count; i++) {
        const struct probe *q = &p->probe[i];

        if (!(q->kinds & kinds) || !overlap(q, lin, size))
            continue;
        p->hit = (struct probe_hit){write ? PROBE_WRITE : PROBE_READ, q->at, lin, size};
        attention(c);
        return;
    }
}
