/* SPDX-License-Identifier: MIT */
#include "tests/support/coverage.h"

#include <stdio.h>

#include "interp/access.h"
#include "interp/decode.h"
#include "tests/ring0/image.h"

bool coverage_keeper(const struct machine *g)
{
    const struct cpu *c = &g->cpu;

    return c->seg[CS].base == 0 && c->eip >= KEEPER && c->eip < KEEPER + 0x10000;
}

static bool within(uint32_t at, uint32_t start, uint32_t size)
{
    return at - start < size;
}

static bool is_segment_load(const struct insn *i)
{
    static const uint16_t opcode[] = {0x07, 0x17, 0x1f, 0x8e, 0xc4, 0xc5, 0x0fa1, 0x0fa9, 0x0fb2, 0x0fb4, 0x0fb5};

    for (unsigned n = 0; n < sizeof opcode / sizeof *opcode; n++)
        if (opcode[n] == i->opcode)
            return true;
    return false;
}

static bool is_far_call(const struct insn *i)
{
    return i->opcode == 0x9a || (i->opcode == 0xff && i->reg == 3);
}

static bool is_far(const struct insn *i)
{
    return is_far_call(i) || (i->opcode == 0xff && i->reg == 5) || i->opcode == 0xea || i->opcode == 0xca ||
           i->opcode == 0xcb || i->opcode == 0xcd || i->opcode == 0xcf;
}

static bool is_string(const struct insn *i)
{
    return (i->opcode >= 0xa4 && i->opcode <= 0xa7) || (i->opcode >= 0xaa && i->opcode <= 0xaf);
}

static bool is_absolute(const struct insn *i)
{
    return i->mem && i->base == REG_ZERO && i->index == REG_ZERO;
}

/* How many parameters the gate has that a far call names. */
static unsigned parameters(struct machine *g, const struct insn *i)
{
    const struct cpu *v = &g->cpu;
    uint16_t sel = i->sel;
    uint8_t gate[8] = {0};

    if (i->opcode == 0xff && lin_peek(g, v->seg[i->seg].base + i->disp + (i->op32 ? 4 : 2), &sel, sizeof sel))
        return 0;
    if (lin_peek(g, (sel & 4 ? v->seg[LDTR].base : v->gdtr.base) + (sel & ~7u), gate, sizeof gate))
        return 0;
    return gate[4] & 31;
}

static void count_system(struct coverage *c, const struct insn *i)
{
    static const enum feature cr[8] = {COVER_CR0, COVER_CR0, COVER_CR0, COVER_CR3, COVER_CR4, COVER_CR0};

    if (i->opcode == 0x0f22)
        c->n[cr[i->reg & 7]]++;
    else if (i->opcode == 0x0f06 || (i->opcode == 0x0f01 && i->reg == 6))
        c->n[COVER_CR0]++;
    else if (i->opcode == 0x0f01 && i->reg == 7)
        c->n[COVER_INVLPG]++;
    else if (i->opcode == 0x0f00 && i->reg == 2)
        c->n[COVER_LLDT]++;
    else if (i->opcode == 0x0f00 && i->reg == 3)
        c->n[COVER_LTR]++;
}

static void count_memory(struct coverage *c, const struct machine *g, const struct insn *i)
{
    const struct cpu *v = &g->cpu;
    uint32_t down = ATTR_P | ATTR_S | ATTR_DC;
    bool large = is_absolute(i) && within(i->disp, BIG_WINDOW, 4 << 20);

    if (i->mem && (v->seg[i->seg].attr & (down | ATTR_CODE)) == down)
        c->n[COVER_DOWN]++;
    if (is_string(i))
        large = within(v->r[ESI], BIG_WINDOW, 4 << 20) || within(v->r[EDI], BIG_WINDOW, 4 << 20);
    c->n[COVER_LARGE] += large && v->cr4 & CR4_PSE && v->cr0 & CR0_PG;
    if (!is_absolute(i) || (i->opcode != 0xc7 && i->opcode != 0x89))
        return;
    c->n[COVER_TABLES] += within(i->disp, WINDOW_TABLE, PAGE_SIZE) || within(i->disp, DIRECTORY, 3 * PAGE_SIZE);
    c->n[COVER_REWRITTEN] += within(i->disp, CODE, 0x800);
}

static void count_instruction(struct coverage *c, struct machine *g, const struct insn *i)
{
    const struct cpu *v = &g->cpu;

    c->n[COVER_INSTRUCTIONS]++;
    c->n[COVER_CODE16] += !(v->seg[CS].attr & ATTR_D);
    c->n[COVER_UNPAGED] += !(v->cr0 & CR0_PG);
    c->n[COVER_SEGMENTS] += is_segment_load(i);
    c->n[COVER_FAR] += is_far(i);
    count_system(c, i);
    count_memory(c, g, i);
}

void coverage_before(struct coverage *c, struct machine *g)
{
    const struct cpu *v = &g->cpu;
    struct before *b = &c->before, was = *b;
    uint8_t bytes[INSN_MAX];
    struct insn i;
    unsigned n;

    *b = (struct before){.eip = v->eip, .cpl = v->cpl, .deliveries = g->deliveries};
    if (coverage_keeper(g))
        return;
    n = lin_peek_some(g, v->seg[CS].base + v->eip, bytes, sizeof bytes);
    if (decode(bytes, n, v->seg[CS].attr & ATTR_D, &i) != DECODE_OK)
        return;
    b->counts = true;
    b->rep = i.rep && is_string(&i);
    b->amid = b->rep && was.iterated && was.eip == b->eip;
    b->call = is_far_call(&i);
    b->parameters = b->call ? parameters(g, &i) : 0;
    count_instruction(c, g, &i);
}

static void count_debug(struct coverage *c, const struct cpu *v)
{
    c->n[COVER_SINGLE_STEP] += (v->dr[6] & DR6_BS) != 0;
    c->n[COVER_GUARDED] += (v->dr[6] & DR6_BD) != 0;
    for (unsigned i = 0; i < 4; i++)
        if (v->dr[6] >> i & 1)
            c->n[v->dr[7] >> (16 + 4 * i) & 3 ? COVER_BREAK_DATA : COVER_BREAK_CODE]++;
}

static void count_event(struct coverage *c, const struct machine *g)
{
    const struct before *b = &c->before;
    unsigned vector = g->last_vector;

    c->n[COVER_FAULTS] += vector < 32 && vector != VEC_NMI;
    c->n[COVER_NMIS] += vector == VEC_NMI;
    c->n[COVER_INTERRUPTS] += vector == RESUMED;
    if (vector == VEC_DB)
        count_debug(c, &g->cpu);
    if (b->amid)
        c->n[vector < 32 && vector != VEC_NMI ? COVER_REP_FAULTED : COVER_REP_BROKEN]++;
}

void coverage_after(struct coverage *c, struct machine *g)
{
    const struct cpu *v = &g->cpu;
    struct before *b = &c->before;

    if (g->deliveries != b->deliveries) {
        count_event(c, g);
        return;
    }
    if (!b->counts)
        return;
    b->iterated = b->rep && v->eip == b->eip;
    if (b->call && v->cpl < b->cpl) {
        c->n[COVER_INWARD]++;
        c->n[COVER_PARAMETERS] += b->parameters != 0;
    }
    c->n[COVER_OUTWARD] += v->cpl > b->cpl;
}

void coverage_print(const struct coverage *c)
{
    static const char *const text[COVER_FEATURES] = {
#define FEATURE(name, what) what,
        FEATURES
#undef FEATURE
    };

    for (unsigned i = 0; i < COVER_FEATURES; i++)
        printf("%s%s %llu", i ? ", " : "", text[i], (unsigned long long)c->n[i]);
}
