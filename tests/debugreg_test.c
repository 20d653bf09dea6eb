/* SPDX-License-Identifier: MIT */
/* #DB by debug registers and TF, by table; expected values from SDM Vol. 3, chapter 18, and 6.8.3 and 6.9. */
#include <criterion/criterion.h>
#include <string.h>

#include "interp/debugreg.h"
#include "interp/paging.h"
#include "tests/support/metal.h"

enum { CELL = 0x8000, ON_CODE = 0, ON_WRITE = 1, ON_PORT = 2, ON_ACCESS = 3, LEN4 = 3 << 2 };

/* Writes a register as a MOV at ring 0 would. */
static void set_dr(struct machine *m, unsigned n, uint32_t v)
{
    m->cpu.dr[n] = debugreg_value(n, v);
    debugreg_changed(&m->cpu);
}

static void arm(struct machine *m, unsigned n, uint32_t at, uint32_t condition)
{
    set_dr(m, n, at);
    set_dr(m, 7, m->cpu.dr[7] | 2u << 2 * n | condition << (16 + 4 * n));
}

/* What a case leaves: the vector that arrived (-1: none), EIP and EFLAGS on the stack, DR6. */
struct seen {
    int vector;
    uint32_t eip, eflags, dr6;
};

static struct seen look(struct machine *m)
{
    const struct cpu *c = &m->cpu;
    struct seen s = {.vector = -1, .dr6 = c->dr[6] & ~DR6_FIXED};
    uint32_t at = c->r[ESP];

    if (c->eip < METAL_HANDLERS || c->eip > METAL_HANDLERS + 255 * 16 + 1) /* or behind its HLT */
        return s;
    s.vector = (int)(c->eip - METAL_HANDLERS) / 16;
    if (s.vector == VEC_PF || s.vector == VEC_GP)
        at += 4;
    s.eip = metal_read32(m, at);
    s.eflags = metal_read32(m, at + 8);
    return s;
}

/* A piece of code at METAL_CODE, run until it halts: in a handler, or by itself. */
struct piece {
    const char *what;
    uint8_t code[16];
    unsigned size;
    uint32_t at, condition; /* DR0; enabled unless condition is NONE */
    uint32_t flags;         /* before */
    int vector;
    uint32_t eip, dr6; /* from METAL_CODE */
    bool rf;           /* in the pushed flags */
};

enum { NONE = 99 };

static const struct piece piece[] = {
    {"code, the first", {0x40, 0x40, 0xf4}, 3, METAL_CODE, ON_CODE, 0, VEC_DB, 0, 1, false},
    {"code, in the middle", {0x40, 0x40, 0x40, 0xf4}, 4, METAL_CODE + 2, ON_CODE, 0, VEC_DB, 2, 1, false},
    {"code, not its first byte", {0x05, 1, 0, 0, 0, 0xf4}, 6, METAL_CODE + 1, ON_CODE, 0, -1, 0, 0, false},
    {"code, RF", {0x40, 0x40, 0xf4}, 3, METAL_CODE, ON_CODE, FL_RF, -1, 0, 0, false},
    {"code, RF spent", {0x40, 0x40, 0xf4}, 3, METAL_CODE + 1, ON_CODE, FL_RF, VEC_DB, 1, 1, false},
    {"code before #UD", {0x0f, 0x0b}, 2, METAL_CODE, ON_CODE, 0, VEC_DB, 0, 1, false},
    {"code, RF, then #UD", {0x0f, 0x0b}, 2, METAL_CODE, ON_CODE, FL_RF, VEC_UD, 0, 0, true},
    {"code behind MOV SS", {0x8e, 0xd2, 0x40, 0xf4}, 4, METAL_CODE + 2, ON_CODE, 0, -1, 0, 0, false},
    {"code by a jump", {0xeb, 0x01, 0x40, 0x40, 0xf4}, 5, METAL_CODE + 3, ON_CODE, 0, VEC_DB, 3, 1, false},
    {"write", {0xa2, 0, 0x80, 0, 0, 0x40, 0xf4}, 7, CELL, ON_WRITE, 0, VEC_DB, 5, 1, false},
    {"write by the side", {0xa2, 1, 0x80, 0, 0, 0x40, 0xf4}, 7, CELL, ON_WRITE, 0, -1, 0, 0, false},
    {"read of one for writes", {0xa0, 0, 0x80, 0, 0, 0xf4}, 6, CELL, ON_WRITE, 0, -1, 0, 0, false},
    {"read", {0xa0, 0, 0x80, 0, 0, 0x40, 0xf4}, 7, CELL, ON_ACCESS, 0, VEC_DB, 5, 1, false},
    {"low bits do not count", {0xa2, 0, 0x80, 0, 0, 0xf4}, 6, CELL + 3, ON_WRITE | LEN4, 0, VEC_DB, 5, 1, false},
    {"read and write", {0xfe, 0x05, 0, 0x80, 0, 0, 0xf4}, 7, CELL, ON_ACCESS, 0, VEC_DB, 6, 1, false},
    {"write by PUSH", {0xff, 0x35, 0, 0x80, 0, 0, 0xf4}, 7, METAL_STACK0 - 4, ON_WRITE | LEN4, 0, VEC_DB, 6, 1, false},
    {"write, then a jump",
     {0xe8, 1, 0, 0, 0, 0x40, 0xf4},
     7,
     METAL_STACK0 - 4,
     ON_WRITE | LEN4,
     0,
     VEC_DB,
     6,
     1,
     false},
    {"MOV SS from memory shields",
     {0x8e, 0x15, 0, 0x80, 0, 0, 0x40, 0x40, 0xf4},
     9,
     CELL,
     ON_ACCESS,
     0,
     VEC_DB,
     7,
     1,
     false},
    {"MOV SS from memory, then INT",
     {0x8e, 0x15, 0, 0x80, 0, 0, 0xcd, 0x40},
     8,
     CELL,
     ON_ACCESS,
     0,
     VEC_DB,
     0,
     1,
     false},
    {"port without DE", {0xe6, 0x80, 0x40, 0xf4}, 4, 0x80, ON_PORT, 0, -1, 0, 0, false},
    {"step", {0x40, 0x40, 0xf4}, 3, 0, NONE, FL_TF, VEC_DB, 1, DR6_BS, false},
    {"step over HLT", {0xf4, 0x40}, 2, 0, NONE, FL_TF, VEC_DB, 1, DR6_BS, false},
    {"step, MOV SS", {0x8e, 0xd2, 0x40, 0x40}, 4, 0, NONE, FL_TF, VEC_DB, 3, DR6_BS, false},
    {"no step into INT", {0xcd, 0x40}, 2, 0, NONE, FL_TF, 0x40, 2, 0, false},
    {"step and write", {0xa2, 0, 0x80, 0, 0, 0x40}, 6, CELL, ON_WRITE, FL_TF, VEC_DB, 5, DR6_BS | 1, false},
    {"no step behind a fault", {0x0f, 0x0b}, 2, 0, NONE, FL_TF, VEC_UD, 0, 0, true},
    {"general detect", {0x0f, 0x21, 0xc0}, 3, 0, NONE, 0, VEC_DB, 0, DR6_BD, true},
};

static struct machine *ready(const struct piece *p)
{
    struct machine *m = metal_create();
    struct cpu *c = &m->cpu;

    metal_paging(m);
    metal_ring(m, 0);
    c->r[EDX] = METAL_DS0;
    metal_write32(m, CELL, METAL_DS0);
    if (p->condition != NONE)
        arm(m, 0, p->at, p->condition);
    if (strcmp(p->what, "general detect") == 0)
        set_dr(m, 7, DR7_GD);
    cpu_set_eflags(c, FL_1 | p->flags);
    cr_assert_eq(machine_write(m, METAL_CODE, p->code, p->size), 0);
    return m;
}

static void judge(struct machine *m, const struct piece *p, const char *how)
{
    struct seen s = look(m);
    bool in_handler = p->eip == 0 && strstr(p->what, "INT"); /* the trap came in the handler of INT 40h */

    cr_expect_eq(s.vector, p->vector, "%s, %s: vector %d", p->what, how, s.vector);
    cr_expect_eq(s.dr6, p->dr6, "%s, %s: DR6 %x", p->what, how, s.dr6);
    if (s.vector < 0)
        return;
    cr_expect_eq(s.eip, in_handler ? METAL_HANDLERS + 16 * 0x40 : METAL_CODE + p->eip, "%s, %s: EIP %x", p->what, how,
                 s.eip);
    cr_expect_eq(!!(s.eflags & FL_RF), p->rf, "%s, %s: RF", p->what, how);
    cr_expect(!(m->cpu.dr[7] & DR7_GD), "%s", p->what);
    cr_expect_eq(m->cpu.eip & 15, 1, "%s, %s: the handler runs", p->what, how);
}

/* Whole, and in steps; and once more with the code already decoded when the breakpoint is set. */
Test(debugreg, exceptions_by_table)
{
    for (unsigned i = 0; i < sizeof piece / sizeof *piece; i++) {
        const struct piece *p = &piece[i];
        struct machine *m = ready(p);
        uint32_t dr7 = m->cpu.dr[7];

        (void)machine_run(m, 100000);
        judge(m, p, "run");
        metal_destroy(m);
        m = ready(p);
        for (unsigned n = 0; n < 20 && (m->cpu.activity == ACTIVE || m->cpu.pending); n++)
            (void)machine_step(m, CLOCK_NEVER);
        judge(m, p, "stepped");
        metal_destroy(m);
        m = ready(p);
        set_dr(m, 7, 0);
        cpu_set_eflags(&m->cpu, FL_1);
        (void)machine_run(m, 100000);
        metal_ring(m, 0);
        m->cpu.r[EDX] = METAL_DS0;
        metal_write32(m, CELL, METAL_DS0);
        set_dr(m, 6, 0);
        set_dr(m, 7, dr7);
        cpu_set_eflags(&m->cpu, FL_1 | p->flags);
        (void)machine_run(m, 200000);
        judge(m, p, "decoded before");
        metal_destroy(m);
    }
}

/* A breakpoint comes before all faults of the fetch (SDM Vol. 3, table 6-2). */
Test(debugreg, breakpoints_come_before_faults_of_the_fetch)
{
    enum { HOLE = 0x50000 };
    static const uint8_t jump[] = {0xe9, 0xfb, 0xff, 0x03, 0x00}; /* to METAL_CODE + 0x40000 */
    struct machine *m = metal_create();

    metal_paging(m);
    metal_write32(m, METAL_TABLE + (HOLE >> 12) * 4, 0);
    for (unsigned armed = 0; armed < 2; armed++) {
        metal_ring(m, 0);
        if (armed)
            arm(m, 2, HOLE, ON_CODE);
        cr_assert_eq(machine_write(m, METAL_CODE, jump, sizeof jump), 0);
        (void)machine_run(m, machine_now(m) + 10000);
        cr_expect_eq(look(m).vector, armed ? VEC_DB : VEC_PF);
        cr_expect_eq(look(m).eip, HOLE);
    }
    metal_ring(m, 0); /* and the limit of CS */
    m->cpu.seg[CS].limit = HOLE - 1;
    m->cpu.eip = HOLE;
    (void)machine_run(m, machine_now(m) + 10000);
    cr_expect_eq(look(m).vector, VEC_DB);
    metal_ring(m, 0);
    set_dr(m, 7, 0);
    m->cpu.seg[CS].limit = HOLE - 1;
    m->cpu.eip = HOLE;
    (void)machine_run(m, machine_now(m) + 10000);
    cr_expect_eq(look(m).vector, VEC_GP);
    metal_destroy(m);
}

/* What is pushed in mid-REP carries RF, so that a breakpoint on the instruction is met once (18.3.1.1). */
Test(debugreg, a_repeated_instruction_meets_its_breakpoint_once)
{
    static const uint8_t rep_stosb[] = {0xf3, 0xaa, 0xf4};
    struct machine *m = metal_create();
    struct cpu *c = &m->cpu;

    arm(m, 0, METAL_CODE, ON_CODE);
    arm(m, 1, CELL + 1, ON_WRITE);
    cpu_set_eflags(c, FL_1 | FL_RF);
    c->r[EDI] = CELL;
    c->r[ECX] = 4;
    cr_assert_eq(machine_write(m, METAL_CODE, rep_stosb, sizeof rep_stosb), 0);
    (void)machine_run(m, 10000);
    cr_expect_eq(look(m).vector, VEC_DB);
    cr_expect_eq(look(m).dr6, 2);
    cr_expect_eq(look(m).eip, METAL_CODE);
    cr_expect(look(m).eflags & FL_RF);
    cr_expect_eq(c->r[ECX], 2);
    metal_destroy(m);
}

/* With DE a port can be watched, and DR4 and DR5 are not there; without it they are DR6 and DR7. */
Test(debugreg, extensions)
{
    static const uint8_t out[] = {0xe6, 0x81, 0xf4}, from_dr4[] = {0x0f, 0x21, 0xe0};
    struct machine *m = metal_create();

    arm(m, 3, 0x80, ON_PORT | 1 << 2);
    cpu_set_cr4(&m->cpu, CR4_DE);
    cr_assert_eq(machine_write(m, METAL_CODE, out, sizeof out), 0);
    (void)machine_run(m, 10000);
    cr_expect_eq(look(m).vector, VEC_DB, "both bytes of a word of ports");
    cr_expect_eq(look(m).dr6, 8);
    cr_expect_eq(look(m).eip, METAL_CODE + 2);
    metal_ring(m, 0);
    metal_step(m, from_dr4, sizeof from_dr4);
    cr_expect_eq(look(m).vector, VEC_UD);
    cpu_set_cr4(&m->cpu, 0);
    metal_ring(m, 0);
    metal_step(m, from_dr4, sizeof from_dr4);
    cr_expect_eq(m->cpu.r[EAX], m->cpu.dr[6]);
    metal_ring(m, 3);
    set_dr(m, 7, DR7_GD);
    metal_step(m, from_dr4, sizeof from_dr4);
    cr_expect_eq(look(m).vector, VEC_GP, "the ring comes before GD");
    metal_destroy(m);
}

/* Bits that are not there read as they must (18.2.3, 18.2.4). */
Test(debugreg, registers_read_back)
{
    cr_expect_eq(debugreg_value(6, 0), 0xffff0ff0);
    cr_expect_eq(debugreg_value(6, UINT32_MAX), 0xffffefff);
    cr_expect_eq(debugreg_value(7, 0), 0x400);
    cr_expect_eq(debugreg_value(7, UINT32_MAX), 0xffff27ff);
    cr_expect_eq(debugreg_value(2, UINT32_MAX), UINT32_MAX);
}

/* IRET sets RF for the next instruction; a fault of that one, or an interrupt before it, pushes it set again. */
Test(debugreg, iret_brings_rf)
{
    static const uint8_t iret[] = {0xcf};
    struct machine *m = metal_create();
    struct cpu *c = &m->cpu;

    arm(m, 0, METAL_CODE + 0x100, ON_CODE);
    for (unsigned rf = 0; rf < 2; rf++) {
        metal_ring(m, 0);
        c->r[ESP] -= 12;
        metal_write32(m, c->r[ESP], METAL_CODE + 0x100);
        metal_write32(m, c->r[ESP] + 4, METAL_CS0);
        metal_write32(m, c->r[ESP] + 8, FL_1 | (rf ? FL_RF : 0));
        cr_assert_eq(machine_write(m, METAL_CODE + 0x100, "\x40\xf4", 2), 0);
        metal_step(m, iret, sizeof iret);
        cr_expect_eq(!!(cpu_eflags(c) & FL_RF), rf);
        (void)machine_run(m, machine_now(m) + 10000);
        cr_expect_eq(look(m).vector, rf ? -1 : VEC_DB);
        cr_expect(!(cpu_eflags(c) & FL_RF));
    }
    metal_destroy(m);
}
