/* SPDX-License-Identifier: MIT */
#include "interp/trap.h"

#include "interp/access.h"
#include "interp/fault.h"
#include "interp/machine.h"
#include "interp/segment.h"
#include "interp/vmx_insn.h"

static uint32_t mask(const struct stack *s)
{
    return s->seg.attr & ATTR_D ? UINT32_MAX : 0xffff;
}

void stack_current(struct cpu *c, struct stack *s)
{
    *s = (struct stack){.seg = c->seg[SS], .sp = c->r[ESP], .user = c->cpl == 3};
}

/* SS and ESP of an inner ring, as the TSS has them (SDM Vol. 3, 6.12.1 and 8.2.1). */
void stack_inner(struct cpu *c, unsigned cpl, struct stack *s)
{
    const struct seg *tr = &c->seg[TR];
    unsigned size = tr->attr & 8 ? 4 : 2, at = size == 4 ? 4 + 8 * cpl : 2 + 4 * cpl, sel;
    struct desc d;

    if (!(tr->attr & ATTR_P) || at + size + 1 > tr->limit)
        raise_fault(c, NULL, VEC_TS, tr->sel & ~3u);
    *s = (struct stack){.sp = lin_load(c, tr->base + at, size, false), .user = cpl == 3};
    sel = lin_load(c, tr->base + at + size, 2, false);
    if (sel_null(sel))
        raise_fault(c, NULL, VEC_TS, 0);
    segment_check_ss(c, sel, cpl, VEC_TS, &d);
    s->desc = (struct desc_ss){d.lo, d.hi, d.lin};
    s->seg = (struct seg){
        .sel = (uint16_t)sel, .attr = (uint16_t)desc_attr(&d) & 0xf0ff, .base = desc_base(&d), .limit = desc_limit(&d)};
    if (!(s->seg.attr & ATTR_D)) /* only SP is loaded: QEMU and Bochs agree, where the SDM says "ESP" */
        s->sp = (c->r[ESP] & 0xffff0000) | (s->sp & 0xffff);
    s->error = sel & ~3u;
}

/* The words are pushed from the top down: where one would fault, CR2 is that one's address. */
static void reserve(struct cpu *c, const struct stack *s, uint32_t low, unsigned bytes, unsigned size)
{
    uint32_t first = s->seg.base + low, top = first + bytes, page = top - size, above;

    if (!segment_fits(&s->seg, low, bytes))
        raise_fault(c, NULL, VEC_SS, s->error);
    lin_probe_write(c, top - size, size, s->user);
    page &= ~(uint32_t)PAGE_OFFSET;
    if (first - page < PAGE_SIZE)
        return;
    above = (top - page) / size; /* words that lie in the upper page */
    lin_probe_write(c, top - (above + 1) * size, size, s->user);
}

/* The stack pointer may wrap between two words; a word that straddles the end must be held by the segment. */
void stack_reserve(struct cpu *c, const struct stack *s, unsigned size, unsigned n)
{
    uint32_t top = s->sp & mask(s);
    unsigned below = top / size < n ? top / size : n;

    if (s->user && segment_alignment_checked(c) && (s->seg.base + top) & (size - 1))
        raise_fault(c, NULL, VEC_AC, 0);
    if (below)
        reserve(c, s, top - below * size, below * size, size);
    if (n - below)
        reserve(c, s, (top - n * size) & mask(s), (n - below) * size, size);
}

/* Each word is an access of its own, which one look at the lookaside answers for all of them when they share a page. */
void stack_push(struct cpu *c, struct stack *s, unsigned size, const uint32_t *v, unsigned n)
{
    uint32_t top = s->sp & mask(s), bytes = n * size;
    uint8_t *p;

    s->sp = (s->sp & ~mask(s)) | ((top - bytes) & mask(s));
    if (top >= bytes && lin_hit(c, s->seg.base + top - bytes, bytes, s->user, 1, &p)) {
        c->fast_hits += n - 1;
        for (unsigned i = 0; i < n; i++)
            bytes_store(p + (n - 1 - i) * size, size, v[i]);
        return;
    }
    for (unsigned i = 0; i < n; i++)
        lin_store(c, s->seg.base + ((top - (i + 1) * size) & mask(s)), size, s->user, v[i]);
}

void stack_commit(struct cpu *c, const struct stack *s, bool inner)
{
    c->r[ESP] = s->sp;
    if (inner) {
        struct desc d = {s->desc.lo, s->desc.hi, s->desc.lin};

        segment_fill(c, SS, s->seg.sel, &d);
    }
}

struct gate {
    unsigned sel, type, size; /* size of what is pushed: 2 or 4 */
    uint32_t offset;
};

static void gate_fetch(struct cpu *c, unsigned vector, enum trap_kind kind, struct gate *g)
{
    enum { TASK_BY_GATE = 3 };
    uint32_t lo, hi, error = vector * 8 + 2; /* IDT bit (SDM Vol. 3, 6.13) */
    unsigned attr;
    bool task;

    if (vector * 8 + 7 > c->idtr.limit)
        raise_fault(c, NULL, VEC_GP, error);
    lin_load_pair(c, c->idtr.base + vector * 8, &lo, &hi);
    attr = hi >> 8 & 0xff;
    g->type = attr & (ATTR_S | ATTR_TYPE);
    task = g->type == SYS_TASK_GATE && c->vmx.non_root; /* else they are not built */
    if ((g->type & ~9u) != SYS_INT16 && !task)          /* 16- and 32-bit interrupt and trap gates */
        raise_fault(c, NULL, VEC_GP, error);
    if (kind == TRAP_SOFTWARE && attr_dpl(attr) < c->cpl)
        raise_fault(c, NULL, VEC_GP, error);
    if (!(attr & ATTR_P))
        raise_fault(c, NULL, VEC_NP, error);
    if (task)
        vmx_task_switch(c, lo >> 16, TASK_BY_GATE, kind == TRAP_SOFTWARE ? c->event.length : 0);
    g->size = g->type & 8 ? 4 : 2;
    g->sel = lo >> 16;
    g->offset = (lo & 0xffff) | (g->size == 4 ? hi & 0xffff0000 : 0);
}

/* EFLAGS as pushed: RF is set for faults, so that the instruction can be restarted past a code breakpoint. */
uint32_t trap_pushed_flags(struct cpu *c, unsigned vector, enum trap_kind kind)
{
    bool trap_class = vector == VEC_DB || vector == VEC_BP || vector == VEC_OF;

    return cpu_eflags(c) | (kind == TRAP_FAULT && !trap_class ? FL_RF : 0);
}

static void push_frame(struct cpu *c, struct stack *s, const struct gate *g, unsigned vector, enum trap_kind kind,
                       uint32_t error, uint32_t eip, bool inner)
{
    uint32_t v[6];
    unsigned n = 0;

    if (inner) {
        v[n++] = c->seg[SS].sel;
        v[n++] = c->r[ESP];
    }
    v[n++] = trap_pushed_flags(c, vector, kind);
    v[n++] = c->seg[CS].sel;
    v[n++] = eip;
    if ((kind == TRAP_FAULT || kind == TRAP_INJECTED) && vector_has_error(vector))
        v[n++] = error;
    stack_reserve(c, s, g->size, n);
    stack_push(c, s, g->size, v, n);
}

void trap_deliver(struct cpu *c, unsigned vector, enum trap_kind kind, uint32_t error, uint32_t eip)
{
    struct machine *m = c->m;
    struct gate g;
    struct desc cs;
    struct stack s;
    unsigned attr, cpl;
    bool inner;
    uint32_t from_eip = eip, from_cs = c->seg[CS].sel;

    if (vector == VEC_DB && kind == TRAP_FAULT)
        c->dr[7] &= ~DR7_GD; /* so that the handler can work (SDM Vol. 3, 18.2.4) */
    gate_fetch(c, vector, kind, &g);
    if (sel_null(g.sel))
        raise_fault(c, NULL, VEC_GP, 0);
    desc_fetch(c, g.sel, &cs, VEC_GP);
    attr = desc_attr(&cs);
    if (!desc_is_code(attr) || attr_dpl(attr) > c->cpl)
        raise_fault(c, NULL, VEC_GP, g.sel & ~3u);
    if (!(attr & ATTR_P))
        raise_fault(c, NULL, VEC_NP, g.sel & ~3u);
    inner = !(attr & ATTR_DC) && attr_dpl(attr) < c->cpl;
    cpl = inner ? attr_dpl(attr) : c->cpl;
    if (inner)
        stack_inner(c, cpl, &s);
    else
        stack_current(c, &s);
    if (g.offset > desc_limit(&cs))
        raise_fault(c, NULL, VEC_GP, 0);
    push_frame(c, &s, &g, vector, kind, error, eip, inner);

    desc_set_accessed(c, &cs);
    if (inner) {
        struct desc ss = {s.desc.lo, s.desc.hi, s.desc.lin};

        desc_set_accessed(c, &ss);
        s.desc.hi = ss.hi;
    }
    stack_commit(c, &s, inner);
    segment_fill(c, CS, (g.sel & ~3u) | cpl, &cs);
    c->eip = g.offset;
    c->eflags &= ~(uint32_t)(FL_TF | FL_NT | FL_RF | FL_VM | (g.type & 1 ? 0 : FL_IF));
    c->shadow = 0;
    segment_set_cpl(c, cpl);
    charge(c, ACCOUNT_TRAP, m->cost.vector + (inner ? m->cost.stack_switch : 0));
    m->taken[vector]++;
    m->deliveries++;
    m->fruitless = m->fruitless_at == c->t[!m->clock_insns] ? m->fruitless + 1 : 0;
    m->fruitless_at = c->t[!m->clock_insns];
    m->last_vector = (uint8_t)vector;
    OBSERVE(m, trap, vector, error, from_cs, from_eip, c->cr2);
}

int trap_combine(int first, unsigned second)
{
    /* Contributory exceptions (SDM Vol. 3, table 6-4). */
    static const uint32_t contributory = 1u << VEC_DE | 1u << VEC_TS | 1u << VEC_NP | 1u << VEC_SS | 1u << VEC_GP;
    bool second_contributory = contributory >> second & 1;

    if (first == VEC_DF && (second_contributory || second == VEC_PF))
        return -1;
    if (first >= 0 && first < 32 && (contributory >> first & 1) && second_contributory)
        return VEC_DF;
    if (first == VEC_PF && (second_contributory || second == VEC_PF))
        return VEC_DF;
    return (int)second;
}
