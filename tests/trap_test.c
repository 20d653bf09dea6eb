/* SPDX-License-Identifier: MIT */
/* Delivery of exceptions and interrupts, and the way back, by table; expected values from SDM Vol. 3, chapters 5 and 6. */
#include <criterion/criterion.h>

#include "interp/segment.h"
#include "tests/support/metal.h"

enum { UNSET = 0x5a5a5a5a };

/* After an instruction: which handler was entered, and with what? */
struct got {
    int vector; /* -1: none */
    uint32_t error, eip, cs, eflags, esp, ss;
    bool inner;
};

/* Every handler is a gate to METAL_HANDLERS + 16 n. */
static struct got look(struct machine *m, unsigned ring_before)
{
    struct cpu *c = &m->cpu;
    struct got g = {.vector = -1};
    uint32_t at = c->r[ESP];

    if (c->eip < METAL_HANDLERS || c->eip >= METAL_HANDLERS + 256 * 16)
        return g;
    g.vector = (int)(c->eip - METAL_HANDLERS) / 16;
    g.error = UNSET;
    if (m->last_vector == 8 || (m->last_vector >= 10 && m->last_vector <= 14) || m->last_vector == 17) {
        g.error = metal_read32(m, at);
        at += 4;
    }
    g.eip = metal_read32(m, at);
    g.cs = metal_read32(m, at + 4);
    g.eflags = metal_read32(m, at + 8);
    g.inner = ring_before != c->cpl;
    if (g.inner) {
        g.esp = metal_read32(m, at + 12);
        g.ss = metal_read32(m, at + 16);
    }
    return g;
}

/* An instruction that faults, from ring 0 and from ring 3. */
struct faulting {
    const char *what;
    uint8_t code[8];
    unsigned size, ring;
    int vector;
    uint32_t error; /* UNSET: none */
};

static const struct faulting faulting[] = {
    {"div by 0", {0xf7, 0xf1}, 2, 0, VEC_DE, UNSET},
    {"ud2", {0x0f, 0x0b}, 2, 0, VEC_UD, UNSET},
    {"ud2 at ring 3", {0x0f, 0x0b}, 2, 3, VEC_UD, UNSET},
    {"hlt at ring 3", {0xf4}, 1, 3, VEC_GP, 0},
    {"cli at ring 3", {0xfa}, 1, 3, VEC_GP, 0},
    {"mov cr3 at ring 3", {0x0f, 0x22, 0xd8}, 3, 3, VEC_GP, 0},
    {"mov cr3 at ring 1", {0x0f, 0x22, 0xd8}, 3, 1, VEC_GP, 0},
    {"mov from cr5", {0x0f, 0x20, 0xe8}, 3, 0, VEC_UD, UNSET},
    {"lgdt at ring 3", {0x0f, 0x01, 0x15, 0, 0, 0, 0}, 7, 3, VEC_GP, 0},
    {"out at ring 3", {0xe6, 0x80}, 2, 3, VEC_GP, 0},
    {"int 0x40, DPL 0, at ring 3", {0xcd, 0x40}, 2, 3, VEC_GP, 0x40 * 8 + 2},
    {"int3, DPL 0, at ring 3", {0xcc}, 1, 3, VEC_GP, 3 * 8 + 2},
    {"mov ds, selector past the limit", {0xb8, 0x00, 0x20, 0, 0, 0x8e, 0xd8}, 7, 0, VEC_GP, 0x2000},
    {"lock nop", {0xf0, 0x90}, 2, 0, VEC_UD, UNSET},
    {"mov cs, ax", {0x8e, 0xc8}, 2, 0, VEC_UD, UNSET},
    {"mov cr0 with PG and no PE", {0xb8, 0, 0, 0, 0x80, 0x0f, 0x22, 0xc0}, 8, 0, VEC_GP, 0},
};

/* Runs `code` until a handler is entered or all of it is done. */
static struct got run(struct machine *m, unsigned ring, const uint8_t *code, unsigned size)
{
    metal_ring(m, ring);
    cr_assert_eq(machine_write(m, METAL_CODE, code, size), 0);
    do
        machine_step(m, CLOCK_NEVER);
    while (m->cpu.eip >= METAL_CODE && m->cpu.eip < METAL_CODE + size && m->cpu.activity == ACTIVE);
    return look(m, ring);
}

Test(trap, faults_by_table)
{
    for (unsigned i = 0; i < sizeof faulting / sizeof *faulting; i++) {
        const struct faulting *f = &faulting[i];
        struct machine *m = metal_create();
        struct got g = run(m, f->ring, f->code, f->size);

        cr_expect_eq(g.vector, f->vector, "%s: vector %d", f->what, g.vector);
        cr_expect_eq(g.error, f->error, "%s: error %x", f->what, g.error);
        cr_expect_eq(g.cs & 3, f->ring, "%s", f->what);
        cr_expect(g.eflags & FL_RF, "%s: RF is pushed set for faults", f->what);
        cr_expect_eq(g.inner, f->ring != 0, "%s", f->what);
        if (g.inner)
            cr_expect_eq(g.ss & 3, f->ring, "%s: SS", f->what);
        metal_destroy(m);
    }
}

/* INT n by gate: kinds, sizes, rings; what the handler finds. */
Test(trap, gates)
{
    static const struct {
        const char *what;
        unsigned ring, type, sel;
        uint32_t flags; /* before */
        int vector;     /* that arrives */
        uint32_t error;
        uint32_t flags_after; /* of IF and TF, in the handler */
    } t[] = {
        {"interrupt gate", 0, 0x8e, METAL_CS0, FL_IF, 0x50, UNSET, 0},
        {"trap gate", 0, 0x8f, METAL_CS0, FL_IF, 0x50, UNSET, FL_IF},
        {"DPL 3 from ring 3", 3, 0xee, METAL_CS0, FL_IF, 0x50, UNSET, 0},
        {"DPL 3 from ring 3, trap gate", 3, 0xef, METAL_CS0, FL_IF, 0x50, UNSET, FL_IF},
        {"to ring 1 from ring 3", 3, 0xee, METAL_CS1 & ~3u, 0, 0x50, UNSET, 0},
        {"not present", 0, 0x0e, METAL_CS0, 0, VEC_NP, 0x50 * 8 + 2, 0},
        {"no gate type", 0, 0x82, METAL_CS0, 0, VEC_GP, 0x50 * 8 + 2, 0},
        {"null selector", 0, 0x8e, 0, 0, VEC_GP, 0, 0},
        {"data segment", 0, 0x8e, METAL_DS0, 0, VEC_GP, METAL_DS0, 0},
        {"outer ring's code", 0, 0x8e, METAL_CS3 & ~3u, 0, VEC_GP, METAL_CS3 & ~3u, 0},
        {"selector past the GDT", 0, 0x8e, 0x1000, 0, VEC_GP, 0x1000, 0},
        {"selector of an LDT that is not there", 0, 0x8e, 0x14, 0, VEC_GP, 0x14, 0},
    };
    static const uint8_t code[] = {0xcd, 0x50};

    for (unsigned i = 0; i < sizeof t / sizeof *t; i++) {
        struct machine *m = metal_create();
        struct got g;

        metal_gate(m, 0x50, t[i].sel, METAL_HANDLERS + 16 * 0x50, t[i].type);
        segment_null(&m->cpu, LDTR, 0);
        metal_ring(m, t[i].ring);
        cpu_set_eflags(&m->cpu, t[i].flags | FL_1);
        metal_step(m, code, sizeof code);
        g = look(m, t[i].ring);
        cr_expect_eq(g.vector, t[i].vector, "%s: vector %d", t[i].what, g.vector);
        cr_expect_eq(g.error, t[i].error, "%s: error %x", t[i].what, g.error);
        cr_expect_eq(g.eip, METAL_CODE + (t[i].vector == 0x50 ? 2u : 0u), "%s: EIP %x", t[i].what, g.eip);
        if (t[i].vector == 0x50)
            cr_expect_eq(m->cpu.eflags & (FL_IF | FL_TF), t[i].flags_after, "%s: flags", t[i].what);
        metal_destroy(m);
    }
}

/* The stack of the inner ring comes from the TSS, and may be wrong (SDM Vol. 3, 6.12.1, and INT n in Vol. 2). */
Test(trap, inner_stacks)
{
    static const struct {
        const char *what;
        unsigned ss0;
        uint32_t esp0;
        int vector;
        uint32_t error;
    } t[] = {
        {"null SS", 0, METAL_STACK0, VEC_TS, 0},
        {"SS of the wrong DPL", METAL_DS3 & ~3u, METAL_STACK0, VEC_TS, METAL_DS3 & ~3u},
        {"SS with the wrong RPL", METAL_DS0 | 3, METAL_STACK0, VEC_TS, METAL_DS0},
        {"SS is code", METAL_CS0, METAL_STACK0, VEC_TS, METAL_CS0},
        {"SS not present", METAL_FREE, METAL_STACK0, VEC_SS, METAL_FREE},
        {"no room", METAL_FREE + 8, 0x10, VEC_SS, METAL_FREE + 8},
    };
    static const uint8_t code[] = {0xcd, 0x50};

    for (unsigned i = 0; i < sizeof t / sizeof *t; i++) {
        struct machine *m = metal_create();

        metal_gate(m, 0x50, METAL_CS0, METAL_HANDLERS + 16 * 0x50, 0xee);
        /* the fault itself goes to ring 1, whose stack is sound */
        for (unsigned v = VEC_TS; v <= VEC_SS; v++)
            metal_gate(m, v, METAL_CS1 & ~3u, METAL_HANDLERS + 16 * v, 0x8e);
        metal_desc(m, METAL_FREE, 0x0000ffff, 0x00cf1300);
        metal_desc(m, METAL_FREE + 8, 0x0000ffff, 0x00cf9700); /* expand-down: only above the limit */
        metal_write32(m, METAL_TSS + 4, t[i].esp0);
        metal_write32(m, METAL_TSS + 8, t[i].ss0);
        metal_ring(m, 3);
        metal_step(m, code, sizeof code);
        cr_expect_eq(look(m, 3).vector, t[i].vector, "%s: vector %d", t[i].what, look(m, 3).vector);
        cr_expect_eq(look(m, 3).error, t[i].error, "%s: error %x", t[i].what, look(m, 3).error);
        metal_destroy(m);
    }
}

/* Two exceptions at once (SDM Vol. 3, table 6-5): the second is raised by a gate that is not present or not there. */
Test(trap, double_and_triple_faults)
{
    static const uint8_t ud2[] = {0x0f, 0x0b}, div0[] = {0x31, 0xc9, 0xf7, 0xf1};
    struct machine *m = metal_create();
    struct got g;

    /* benign, then contributory: the second is delivered by itself */
    metal_gate(m, VEC_UD, METAL_CS0, METAL_HANDLERS, 0x0e);
    g = run(m, 0, ud2, sizeof ud2);
    cr_expect_eq(g.vector, VEC_NP);
    cr_expect_eq(g.error, VEC_UD * 8 + 2 + 1, "EXT: the event was no INT n");
    /* contributory twice: #DF with error code 0 */
    metal_gate(m, VEC_DE, METAL_CS0, METAL_HANDLERS, 0x0e);
    g = run(m, 0, div0, sizeof div0);
    cr_expect_eq(g.vector, VEC_DF);
    cr_expect_eq(g.error, 0);
    /* #DF cannot be delivered either: shutdown, the state left to look at */
    metal_gate(m, VEC_DF, METAL_CS0, METAL_HANDLERS, 0x0e);
    run(m, 0, div0, sizeof div0);
    cr_expect_eq(m->cpu.activity, SHUTDOWN);
    cr_expect_eq(m->cpu.eip, METAL_CODE + 2);
    cr_expect_eq(machine_run(m, CLOCK_NEVER), STOP_SHUTDOWN);
    metal_destroy(m);
}

/* IRET: to the same ring, to an outer one, and what it refuses. */
Test(trap, iret)
{
    static const struct {
        const char *what;
        uint32_t cs, flags, ss;
        int vector;
        uint32_t error;
    } t[] = {
        {"same ring", METAL_CS0, FL_1 | FL_IF, 0, -1, 0},
        {"ring 3", METAL_CS3, FL_1 | FL_IF | FL_IOPL, METAL_DS3, -1, 0},
        {"null CS", 0, FL_1, 0, VEC_GP, 0},
        {"CS is data", METAL_DS0, FL_1, 0, VEC_GP, METAL_DS0},
        {"CS of ring 3 with RPL 0", METAL_CS3 & ~3u, FL_1, 0, VEC_GP, METAL_CS3 & ~3u},
        {"null SS for ring 3", METAL_CS3, FL_1, 0, VEC_GP, 0},
        {"ring 0's SS for ring 3", METAL_CS3, FL_1, METAL_DS0 | 3, VEC_GP, METAL_DS0},
    };
    static const uint8_t iret[] = {0xcf};

    for (unsigned i = 0; i < sizeof t / sizeof *t; i++) {
        struct machine *m = metal_create();
        struct cpu *c = &m->cpu;
        uint32_t top = METAL_STACK0 - 64;

        c->r[ESP] = top;
        metal_write32(m, top, 0x54320);
        metal_write32(m, top + 4, t[i].cs);
        metal_write32(m, top + 8, t[i].flags);
        metal_write32(m, top + 12, 0x65430);
        metal_write32(m, top + 16, t[i].ss);
        metal_step(m, iret, sizeof iret);
        cr_expect_eq(look(m, 0).vector, t[i].vector, "%s: vector %d", t[i].what, look(m, 0).vector);
        if (t[i].vector >= 0) {
            cr_expect_eq(look(m, 0).error, t[i].error, "%s: error %x", t[i].what, look(m, 0).error);
            cr_expect_eq(c->r[ESP], top - 16, "%s: ESP before the frame", t[i].what);
        } else {
            cr_expect_eq(c->eip, 0x54320, "%s", t[i].what);
            cr_expect_eq(cpu_eflags(c), t[i].flags, "%s: flags %x", t[i].what, cpu_eflags(c));
            cr_expect_eq(c->cpl, t[i].cs & 3, "%s", t[i].what);
            cr_expect_eq(c->r[ESP], t[i].cs & 3 ? 0x65430u : top + 12, "%s: ESP", t[i].what);
            cr_expect_eq(c->seg[DS].sel, t[i].cs & 3 ? 0 : METAL_DS0, "%s: an inner DS is dropped", t[i].what);
        }
        metal_destroy(m);
    }
}

/* A fault in the middle of an instruction that touches several places leaves registers and memory as they were. */
Test(trap, faults_leave_no_mark)
{
    static const struct {
        const char *what;
        uint8_t code[4];
        unsigned size;
    } t[] = {
        {"pusha", {0x60}, 1},
        {"push eax", {0x50}, 1},
        {"call", {0xe8, 0, 0, 0}, 4},
        {"enter 16, 0", {0xc8, 16, 0, 0}, 4},
        {"push [esp]", {0xff, 0x34, 0x24}, 3},
        {"xchg [esp-4], eax", {0x87, 0x44, 0x24, 0xfc}, 4},
        {"add [esp-4], eax", {0x01, 0x44, 0x24, 0xfc}, 4},
        {"int 0x50", {0xcd, 0x50}, 2},
    };
    enum { HOLE = METAL_STACK3 - 0x1000, TOP = HOLE + 0x1000 };

    for (unsigned i = 0; i < sizeof t / sizeof *t; i++) {
        struct machine *m = metal_create();
        struct cpu *c = &m->cpu;
        uint32_t before[8], word[4];

        metal_paging(m);
        metal_write32(m, METAL_TABLE + (HOLE >> 12) * 4, 0);
        metal_gate(m, 0x50, METAL_CS3 & ~3u, METAL_HANDLERS, 0xee); /* same ring: the frame goes on this stack */
        metal_ring(m, 3);
        for (unsigned r = 0; r < 8; r++)
            c->r[r] = r == ESP ? TOP + 2 : 0x1111 * r;
        for (unsigned r = 0; r < 8; r++)
            before[r] = c->r[r];
        for (unsigned w = 0; w < 4; w++)
            metal_write32(m, TOP + 4 * w, 0xabcd0000 + w);
        cr_assert_eq(machine_write(m, METAL_CODE, t[i].code, t[i].size), 0);
        machine_step(m, CLOCK_NEVER);
        cr_expect_eq(look(m, 3).vector, VEC_PF, "%s: vector %d", t[i].what, look(m, 3).vector);
        cr_expect_eq(look(m, 3).eip, METAL_CODE, "%s: EIP", t[i].what);
        for (unsigned r = 0; r < 8; r++)
            if (r != ESP)
                cr_expect_eq(c->r[r], before[r], "%s: register %u", t[i].what, r);
        cr_expect_eq(look(m, 3).esp, before[ESP], "%s: ESP", t[i].what);
        cr_assert_eq(machine_read(m, TOP, word, sizeof word), 0);
        for (unsigned w = 0; w < 4; w++)
            cr_expect_eq(word[w], 0xabcd0000 + w, "%s: memory at %u is %x", t[i].what, w, word[w]);
        metal_destroy(m);
    }
}

/* TF: #DB after each instruction, none after one that MOV SS shields (SDM Vol. 3, 18.3.1.4 and 6.8.3). */
Test(trap, single_step)
{
    static const uint8_t nops[] = {0x90, 0x90}, mov_ss[] = {0x8e, 0xd0, 0x90, 0x90};
    struct machine *m = metal_create();

    metal_ring(m, 0);
    cpu_set_eflags(&m->cpu, FL_1 | FL_TF);
    metal_step(m, nops, sizeof nops);
    cr_assert_eq(look(m, 0).vector, VEC_DB);
    cr_assert_eq(look(m, 0).eip, METAL_CODE + 1);
    cr_assert(m->cpu.dr[6] & DR6_BS);
    metal_ring(m, 0);
    m->cpu.r[EAX] = METAL_DS0;
    cpu_set_eflags(&m->cpu, FL_1 | FL_TF);
    metal_step(m, mov_ss, sizeof mov_ss);
    cr_assert_eq(look(m, 0).vector, -1, "MOV SS shields its successor");
    machine_step(m, CLOCK_NEVER);
    cr_assert_eq(look(m, 0).vector, VEC_DB);
    cr_assert_eq(look(m, 0).eip, METAL_CODE + 3);
    metal_destroy(m);
}

/*
 * Alignment is checked at ring 3 only (SDM Vol. 3, 6.15, interrupt 17), so each change of privilege turns it on or off:
 * ring 3 calls ring 0 by INT 80h, whose handler loads DS, makes a misaligned access that is let be, and returns.
 */
Test(trap, alignment_checks_come_and_go_with_ring_3)
{
    static const uint8_t user[] = {0xcd, 0x80, 0xa1, 0x01, 0x00, 0x04, 0x00}; /* int 80h; mov eax, [0x40001] */
    /* mov eax, METAL_DS3; mov ds, ax; mov eax, [0x40001]; iret */
    static const uint8_t handler[] = {0xb8, METAL_DS3, 0, 0, 0, 0x8e, 0xd8, 0xa1, 0x01, 0x00, 0x04, 0x00, 0xcf};
    struct machine *m = metal_create();
    struct cpu *c = &m->cpu;

    metal_gate(m, 0x80, METAL_CS0, METAL_HANDLERS + 16 * 0x80, 0xee);
    cr_assert_eq(machine_write(m, METAL_HANDLERS + 16 * 0x80, handler, sizeof handler), 0);
    cr_assert_eq(machine_write(m, METAL_CODE, user, sizeof user), 0);
    metal_ring(m, 3);
    c->cr0 |= CR0_AM;
    cpu_set_eflags(c, FL_1 | FL_AC);
    cpu_refresh(c);
    for (unsigned round = 0; round < 3; round++) {
        c->eip = METAL_CODE;
        for (unsigned i = 0; i < 5; i++)
            cr_assert_eq(machine_step(m, CLOCK_NEVER), STOP_STEP);
        cr_expect_eq(c->cpl, 3);
        cr_expect_eq(c->eip, METAL_CODE + 2, "the handler's access was checked");
        machine_step(m, CLOCK_NEVER); /* the access faults, */
        machine_step(m, CLOCK_NEVER); /* the fault is delivered */
        cr_expect_eq(look(m, 3).vector, VEC_AC, "round %u: the user's was not", round);
        metal_ring(m, 3);
        cpu_set_eflags(c, FL_1 | FL_AC);
        cpu_refresh(c);
    }
    metal_destroy(m);
}
