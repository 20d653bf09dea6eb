/* SPDX-License-Identifier: MIT */
/* Transfers between segments and rings, stacks of 16 bits, and which of two faults comes first (SDM Vol. 2, CALL, RET, IRET). */
#include <criterion/criterion.h>
#include <string.h>

#include "interp/fault.h"
#include "interp/segment.h"
#include "tests/support/metal.h"

enum {
    GATE = METAL_FREE,              /* call gates, DPL 3 */
    SMALL = METAL_FREE + 8,         /* ring 0 code of one page, not accessed */
    STACK16 = METAL_FREE + 16,      /* ring 0, 64 KiB at BASE16 */
    CODE16 = (METAL_FREE + 24) | 3, /* ring 3, 16 bits */
    BASE16 = 0x40000,
    CALL_GATE32 = 0xec,
    CALL_GATE16 = 0xe4,
    INT_GATE16 = 0x86,
    ACCESSED = 1 << 8
};

static struct machine *make(void)
{
    struct machine *m = metal_create();

    metal_desc(m, SMALL, 0x00000fff, 0x00409a00);
    metal_desc(m, STACK16, 0x0000ffff, 0x00009300 | BASE16 >> 16);
    metal_desc(m, CODE16, 0x0000ffff, 0x0000fb00 | METAL_CODE >> 16);
    return m;
}

static void gate(struct machine *m, unsigned sel, uint32_t offset, unsigned type, unsigned params)
{
    metal_desc(m, GATE, sel << 16 | (offset & 0xffff), (offset & 0xffff0000) | type << 8 | params);
}

static int vector(const struct machine *m)
{
    uint32_t at = m->cpu.eip - METAL_HANDLERS;

    return at < 256 * 16 ? (int)(at / 16) : -1;
}

static void expect(struct machine *m, const char *what, int v, uint32_t error)
{
    cr_expect_eq(vector(m), v, "%s: vector %d", what, vector(m));
    if (v >= 0 && vector_has_error((unsigned)v))
        cr_expect_eq(metal_read32(m, m->cpu.r[ESP]), error, "%s: error %x", what, metal_read32(m, m->cpu.r[ESP]));
}

static const uint8_t call_gate[] = {0x9a, 0, 0, 0, 0, GATE | 3, 0};

/* A new stack is looked at before the offset in the new code segment; and the code is not accessed before both are good. */
Test(far, a_call_checks_its_stack_first)
{
    struct machine *m = make();

    for (unsigned v = VEC_TS; v <= VEC_GP; v++) /* to ring 1, whose stack is good */
        metal_gate(m, v, METAL_CS1 & ~3u, METAL_HANDLERS + 16 * v, 0x8e);
    gate(m, SMALL, 0x1000, CALL_GATE32, 0);
    metal_write32(m, METAL_TSS + 8, 0);
    metal_ring(m, 3);
    metal_step(m, call_gate, sizeof call_gate);
    expect(m, "null SS0 and an offset past the limit", VEC_TS, 0);
    metal_write32(m, METAL_TSS + 8, METAL_DS0);
    metal_ring(m, 3);
    metal_step(m, call_gate, sizeof call_gate);
    expect(m, "an offset past the limit", VEC_GP, 0);
    cr_expect(!(metal_read32(m, METAL_GDT + SMALL + 4) & ACCESSED), "not entered, not accessed");
    gate(m, SMALL, 0xfff, CALL_GATE32, 0);
    metal_ring(m, 3);
    metal_step(m, call_gate, sizeof call_gate);
    cr_expect_eq(m->cpu.eip, 0xfff);
    cr_expect_eq(m->cpu.cpl, 0);
    cr_expect(metal_read32(m, METAL_GDT + SMALL + 4) & ACCESSED);
    metal_destroy(m);
}

/* A 16-bit gate copies words, and pushes SS, SP, CS and IP as words. */
Test(far, a_16_bit_gate_copies_words)
{
    static const uint16_t expected[] = {METAL_CODE & 0xffff,   METAL_CS3, 0x2222, 0x1111,
                                        METAL_STACK3 & 0xffff, METAL_DS3};
    struct machine *m = make();
    uint16_t got[6];

    gate(m, METAL_CS0, METAL_HANDLERS & 0xffff, CALL_GATE16, 2);
    metal_ring(m, 3);
    metal_write32(m, METAL_STACK3, 0x11112222);
    metal_step(m, call_gate, sizeof call_gate);
    cr_expect_eq(m->cpu.eip, METAL_HANDLERS & 0xffff);
    cr_expect_eq(m->cpu.r[ESP], METAL_STACK0 - sizeof got);
    cr_assert_eq(machine_read(m, METAL_STACK0 - sizeof got, got, sizeof got), 0);
    for (unsigned i = 0; i < 6; i++)
        cr_expect_eq(got[i], expected[i] + (i ? 0 : sizeof call_gate), "word %u is %x", i, got[i]);
    metal_destroy(m);
}

/* The outer stack is looked at before the offset; 16 bits popped for a 32-bit stack are all of ESP. */
Test(far, a_return_checks_its_stack_first)
{
    static const uint8_t retf[] = {0xcb}, iret16[] = {0x66, 0xcf};
    struct machine *m = make();
    struct cpu *c = &m->cpu;

    c->r[ESP] -= 16;
    metal_write32(m, c->r[ESP], 0x10000);
    metal_write32(m, c->r[ESP] + 4, CODE16);
    metal_write32(m, c->r[ESP] + 8, 0x1234);
    metal_write32(m, c->r[ESP] + 12, METAL_DS0);
    metal_step(m, retf, sizeof retf);
    expect(m, "SS of ring 0 and an offset past the limit", VEC_GP, METAL_DS0);
    metal_ring(m, 0);
    c->r[ESP] -= 10;
    metal_write32(m, c->r[ESP], (uint32_t)METAL_CS3 << 16 | 0x1234);
    metal_write32(m, c->r[ESP] + 4, 0x43210000 | FL_1);
    metal_write32(m, c->r[ESP] + 8, METAL_DS3);
    metal_step(m, iret16, sizeof iret16);
    cr_expect_eq(c->eip, 0x1234);
    cr_expect_eq(c->cpl, 3);
    cr_expect_eq(c->r[ESP], 0x4321, "ESP is %x", c->r[ESP]);
    metal_destroy(m);
}

/* SP wraps at 64 KiB between words, and not within one; what is above SP stays (SDM Vol. 1, 6.2.3). */
Test(far, a_16_bit_stack_wraps)
{
    static const uint8_t int40[] = {0xcd, 0x40};
    struct machine *m = make();
    struct cpu *c = &m->cpu;

    metal_gate(m, 0x40, METAL_CS0, METAL_CODE & 0xffff, INT_GATE16);
    metal_load(m, SS, STACK16);
    c->r[ESP] = 0x50002;
    metal_step(m, int40, sizeof int40);
    cr_expect_eq(c->r[ESP], 0x5fffc, "ESP is %x", c->r[ESP]);
    cr_expect_eq(metal_read32(m, BASE16 + 0xfffc), METAL_CS0 << 16 | ((METAL_CODE & 0xffff) + sizeof int40));
    cr_expect_eq(metal_read32(m, BASE16) & 0xffff, FL_1);
    metal_ring(m, 0);
    metal_load(m, SS, STACK16);
    metal_gate(m, VEC_DF, METAL_CS0, METAL_HANDLERS, 0);
    c->r[ESP] = 0x50003;
    metal_step(m, int40, sizeof int40);
    cr_expect_eq(c->activity, SHUTDOWN, "a word across the end is #SS, for which there is no room either");
    metal_destroy(m);
}

/* POP SS counts on the stack that it leaves. */
Test(far, pop_ss_moves_the_old_pointer)
{
    static const uint8_t pop_ss[] = {0x17};
    struct machine *m = make();
    struct cpu *c = &m->cpu;

    c->r[ESP] = 0x3fffc;
    metal_write32(m, 0x3fffc, STACK16);
    metal_step(m, pop_ss, sizeof pop_ss);
    cr_expect_eq(c->seg[SS].sel, STACK16);
    cr_expect_eq(c->r[ESP], 0x40000, "ESP is %x", c->r[ESP]);
    metal_destroy(m);
}

/* SDM Vol. 3, 6.15, interrupt 17: of ring 3, whatever it is that accesses. */
Test(far, alignment_is_checked)
{
    static const struct {
        const char *what;
        uint8_t code[8];
        unsigned size;
        uint32_t esp;
        int vector;
    } t[] = {
        {"call far, same ring", {0x9a, 0, 0, 1, 0, METAL_CS3, 0}, 7, METAL_STACK3 - 2, VEC_AC},
        {"call far, aligned", {0x9a, 0, 0, 1, 0, METAL_CS3, 0}, 7, METAL_STACK3, -1},
        {"to ring 0", {0xcd, 0x40}, 2, METAL_STACK3 - 2, 0x40},
        {"sgdt where its base is aligned", {0x0f, 0x01, 0x05, 0x06, 0x80, 0, 0}, 7, METAL_STACK3, -1},
        {"sgdt where its base is not", {0x0f, 0x01, 0x05, 0x04, 0x80, 0, 0}, 7, METAL_STACK3, VEC_AC},
    };

    for (unsigned i = 0; i < sizeof t / sizeof *t; i++) {
        struct machine *m = make();

        metal_gate(m, 0x40, METAL_CS0, METAL_HANDLERS + 16 * 0x40, 0xee);
        metal_write32(m, 0x8004, 0x5a5a5a5a);
        metal_ring(m, 3);
        m->cpu.r[ESP] = t[i].esp;
        cpu_set_cr0(&m->cpu, m->cpu.cr0 | CR0_AM);
        cpu_set_eflags(&m->cpu, FL_1 | FL_AC);
        metal_step(m, t[i].code, t[i].size);
        expect(m, t[i].what, t[i].vector, 0);
        if (t[i].vector == VEC_AC)
            cr_expect_eq(metal_read32(m, 0x8004), 0x5a5a5a5a, "%s: memory changed", t[i].what);
        metal_destroy(m);
    }
}
