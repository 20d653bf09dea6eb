/* SPDX-License-Identifier: MIT */
#include "tests/ring0/generate.h"

#include "tests/ring0/snippets.h"
#include "tests/ring0/tables.h"

enum { RINGS_ALL = 15, RING_0 = 1, INNER = 7 };

/* In the order of profiles: what a later one has besides changes no program of an earlier one. */
static const struct {
    snippet *make;
    uint8_t weight, rings;
    enum profile from; /* this one and those behind it */
} snippets[] = {
    {snip_load_segment, 10, RINGS_ALL, FOR_QEMU},  {snip_use_segment, 8, RINGS_ALL, FOR_QEMU},
    {snip_far_jump, 8, RINGS_ALL, FOR_QEMU},       {snip_far_call, 12, RINGS_ALL, FOR_QEMU},
    {snip_far_return, 8, RINGS_ALL, FOR_QEMU},     {snip_iret, 10, RINGS_ALL, FOR_QEMU},
    {snip_query, 8, RINGS_ALL, FOR_QEMU},          {snip_arpl, 2, RINGS_ALL, FOR_QEMU},
    {snip_edit_descriptor, 4, RING_0, FOR_QEMU},   {snip_access, 16, RINGS_ALL, FOR_QEMU},
    {snip_edit_page, 8, RING_0, FOR_QEMU},         {snip_appear, 3, RING_0, FOR_QEMU},
    {snip_string, 8, RINGS_ALL, FOR_QEMU},         {snip_stack, 6, 8, FOR_QEMU},
    {snip_execute, 5, RINGS_ALL, FOR_QEMU},        {snip_directory, 4, RING_0, FOR_QEMU},
    {snip_exception, 10, RINGS_ALL, FOR_QEMU},     {snip_flags, 8, RINGS_ALL, FOR_QEMU},
    {snip_port, 6, RINGS_ALL, FOR_QEMU},           {snip_table_register, 4, RINGS_ALL, FOR_QEMU},
    {snip_store_register, 4, RINGS_ALL, FOR_QEMU}, {snip_task_register, 4, RINGS_ALL, FOR_QEMU},
    {snip_control, 8, RINGS_ALL, FOR_QEMU},        {snip_privileged, 4, RINGS_ALL, FOR_QEMU},
    {snip_rewrite, 8, RINGS_ALL, FOR_TECHNIQUES},  {snip_gate, 8, 14, FOR_TECHNIQUES},
    {snip_outward, 8, INNER, FOR_TECHNIQUES},      {snip_expand_down, 6, RINGS_ALL, FOR_TECHNIQUES},
    {snip_breakpoint, 10, RING_0, FOR_TECHNIQUES}, {snip_guard, 3, RING_0, FOR_TECHNIQUES},
    {snip_trace, 8, RINGS_ALL, FOR_TECHNIQUES},    {snip_long_string, 8, RINGS_ALL, FOR_TECHNIQUES},
    {snip_large, 6, RING_0, FOR_TECHNIQUES},
};

static snippet *pick_snippet(struct maker *m, enum profile profile)
{
    unsigned n = sizeof snippets / sizeof *snippets;

    while (snippets[n - 1].from > profile)
        n--;
    for (;;) {
        unsigned i = pick(m, n);

        if (chance(m, snippets[i].weight * 6) && snippets[i].rings >> m->ring & 1)
            return snippets[i].make;
    }
}

static uint32_t random_flags(struct maker *m)
{
    uint32_t v = (pick_bits(m) & 0x8d5) | 2;

    v |= chance(m, 50) ? 0x200 : 0;
    v |= chance(m, 10) ? 0x400 : 0;
    v |= chance(m, 6) ? 0x100 : 0;
    v |= chance(m, 40) ? 3u << 12 : pick(m, 4) << 12;
    v |= chance(m, 10) ? 1u << 21 : 0;
    return v | (m->profile == FOR_BOCHS && chance(m, 20) ? 1u << 18 : 0);
}

/* Flat code, or a 16-bit segment, with the stack to it. */
static struct step entry(struct maker *m)
{
    static const struct {
        uint16_t cs, ds, top16, ss16;
        uint32_t top;
    } by_ring[4] = {{SEL_CODE0, SEL_DATA0, STACK0 - ARENA, SEL_STACK16, STACK0},
                    {SEL_CODE1 | 1, SEL_DATA1 | 1, 0, 0, STACK1},
                    {SEL_CODE2 | 2, SEL_DATA2 | 2, 0, 0, STACK2},
                    {SEL_CODE3 | 3, SEL_DATA3 | 3, STACK3 - ARENA, SEL_STACK16_3 | 3, STACK3}};
    struct step s = {.eip = m->at, .cs = by_ring[m->ring].cs, .ds = by_ring[m->ring].ds, .eflags = random_flags(m)};
    bool stack16 = by_ring[m->ring].ss16 && chance(m, 12);

    m->tracing = s.eflags & 0x100;
    m->code16 = (m->ring == 0 || m->ring == 3) && chance(m, 15);
    if (m->code16) {
        s.cs = m->ring ? SEL_SHORT3 | 3 : SEL_SHORT0;
        s.eip -= CODE;
    }
    s.ss = stack16 ? by_ring[m->ring].ss16 : s.ds;
    s.esp = (stack16 ? by_ring[m->ring].top16 | (chance(m, 50) ? 0x1230000 : 0) : by_ring[m->ring].top) - 0x80;
    return s;
}

static void add_step(struct maker *m, enum profile profile)
{
    static const uint8_t rings[] = {0, 0, 0, 0, 0, 3, 3, 3, 3, 1, 2};
    struct step s;
    bool more = true;

    m->ring = PICK_OF(m, rings);
    s = entry(m);
    for (unsigned n = 1 + pick(m, 3); n > 0 && more; n--)
        more = pick_snippet(m, profile)(m);
    EMIT(m, 0xcd, DONE);
    m->p->step[m->p->head.steps++] = s;
}

static void registers(struct maker *m)
{
    static const uint32_t cr4[] = {0x90, 0x90, 0x10, 0x80, 0, 0x94};
    struct program_head *h = &m->p->head;

    if (chance(m, 40))
        h->cr0 &= ~0x10000u;
    h->cr4 = PICK_OF(m, cr4);
    if (chance(m, 10))
        h->ldtr = 0;
    h->es = chance(m, 50) ? SEL_DATA3 | 3 : SEL_DATA0;
    h->fs = chance(m, 50) ? SEL_DATA3 : 0;
    h->gs = chance(m, 50) ? SEL_DATA1 : SEL_CONFORMING;
    if (m->profile == FOR_BOCHS && chance(m, 30))
        h->cr0 |= 1u << 18;
    for (unsigned i = 0; i < GPRS; i++)
        h->gpr[i] = pick_bits(m);
}

void program_generate(struct program *p, enum profile profile, uint64_t seed, uint32_t number)
{
    struct maker m = {.p = p,
                      .profile = profile == FOR_QEMU ? FOR_QEMU : FOR_BOCHS,
                      .seed = (seed << 32) + number,
                      .at = CODE,
                      .scratch = CODE + 0x800};

    program_clean(p);
    m.seed = pick_bits(&m) | (uint64_t)pick_bits(&m) << 32;
    registers(&m);
    tables_randomize(&m);
    for (unsigned steps = 6 + pick(&m, STEPS - 6); steps > 0 && m.at < CODE + 0x700; steps--)
        add_step(&m, profile);
}
