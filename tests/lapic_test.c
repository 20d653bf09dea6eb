/* SPDX-License-Identifier: MIT */
/* The local APIC against SDM Vol. 3, chapter 11: registers, priorities, messages, errors, the timer, virtual wire mode. */
#include <criterion/criterion.h>

#include "interp/dev/lapic.h"
#include "interp/state.h"
#include "tests/support/fake_host.h"

enum { HZ = 1000000000 }; /* ten ticks a pulse of the bus clock */
enum { TPR = 0x80, PPR = 0xa0, EOI = 0xb0, LDR = 0xd0, DFR = 0xe0, SVR = 0xf0, ESR = 0x280, ICR = 0x300, ICR2 = 0x310 };
enum { TIMER = 0x320, LINT0 = 0x350, ERROR = 0x370, INITIAL = 0x380, CURRENT = 0x390, DIVIDE = 0x3e0 };

static struct fake_host f;
static struct lapic l;
static uint8_t ended;
static unsigned nmis;

static void eoi(void *ctx, uint8_t vector)
{
    (void)ctx;
    ended = vector;
}

static void nmi(void *ctx)
{
    (void)ctx;
    nmis++;
}

static void out(uint32_t reg, uint32_t v)
{
    lapic_store(&l, reg, 4, v);
}

static uint32_t in(uint32_t reg)
{
    return lapic_load(&l, reg, 4);
}

static void start(void)
{
    fake_host_init(&f, HZ);
    f.host.nmi = nmi;
    nmis = 0;
    lapic_init(&l, &f.host);
    l.eoi = eoi;
    ended = 0;
}

static bool message(uint8_t vector, uint8_t destination, bool logical)
{
    return lapic_message(&l, &(struct apic_message){.vector = vector, .destination = destination, .logical = logical});
}

Test(lapic, virtual_wire_mode)
{
    start();
    cr_expect_eq(in(SVR), 0x1ff);
    cr_expect_eq(in(LINT0)&0x10700, 0x700, "ExtINT");
    cr_expect_eq(in(LINT0 + 0x10) & 0x10700, 0x400, "NMI");
    cr_expect_eq(in(0x30) & 0xff00f0, 0x050010);
    lapic_extint(&l, true);
    cr_expect(f.intr);
    cr_expect_eq(lapic_ack(&l), -1, "the PICs say which");
    out(TPR, 0xff);
    cr_expect(f.intr, "ExtINT is above all priorities");
    out(LINT0, 0x10700);
    cr_expect_not(f.intr);
    out(LINT0, 0x700);
    out(SVR, 0x0ff);
    cr_expect_not(f.intr, "11.4.7.2: switched off, all of the table is masked");
    cr_expect_eq(in(LINT0)&0x10000, 0x10000);
    out(LINT0, 0x700);
    cr_expect_eq(in(LINT0)&0x10000, 0x10000);
    cr_expect_eq(lapic_set_base(&l, 0xfee00100), 0);
    cr_expect(f.intr, "without an APIC the PICs' INT is the processor's");
    cr_expect_eq(in(SVR), 0xffffffff);
    cr_expect_eq(lapic_set_base(&l, 0xfee00900), 0);
    cr_expect_eq(lapic_base(&l), 0xfee00900);
    cr_expect_eq(lapic_set_base(&l, 0xfed00900), -1, "it cannot be moved");
}

/* 11.8.3: classes of 16 vectors; what is in service, or TPR, holds off its own class and those below. */
Test(lapic, priorities)
{
    start();
    for (unsigned tpr = 0; tpr < 256; tpr += 8)
        for (unsigned v = 16; v < 256; v += 3) {
            out(TPR, tpr);
            cr_assert(message((uint8_t)v, 0, false));
            cr_assert_eq(f.intr, v >> 4 > tpr >> 4, "vector %x, TPR %x", v, tpr);
            out(TPR, 0);
            cr_assert_eq((unsigned)lapic_ack(&l), v);
            cr_assert_not(f.intr);
            out(EOI, 0);
        }
    (void)message(0x35, 0, false), (void)message(0x71, 0, false), (void)message(0x31, 0, false);
    cr_expect_eq(lapic_ack(&l), 0x71);
    cr_expect_eq(in(PPR), 0x70);
    cr_expect_eq(in(0x100 + 0x30), 1u << 0x11, "ISR");
    cr_expect_not(f.intr);
    (void)message(0x7f, 0, false);
    cr_expect_not(f.intr, "the same class waits");
    (void)message(0x80, 0, false);
    cr_expect(f.intr);
    cr_expect_eq(lapic_ack(&l), 0x80);
    out(EOI, 0);
    out(EOI, 0);
    cr_expect_eq(lapic_ack(&l), 0x7f);
    out(EOI, 0);
    cr_expect_eq(lapic_ack(&l), 0x35);
    out(EOI, 0);
    cr_expect_eq(lapic_ack(&l), 0x31);
    out(TPR, 0x45);
    cr_expect_eq(in(PPR), 0x45);
    cr_expect_eq(ended, 0, "edges are not told of");
}

Test(lapic, destinations)
{
    start();
    cr_expect(message(0x40, 0xff, false));
    cr_expect_not(message(0x41, 1, false));
    cr_expect_not(message(0x41, 1, true), "LDR is 0 yet");
    out(LDR, 0x02000000);
    cr_expect(message(0x41, 0x06, true), "flat: a bit a processor");
    cr_expect_not(message(0x42, 0x05, true));
    out(DFR, 0);
    cr_expect_eq(in(DFR), 0x0fffffff);
    out(LDR, 0x32000000);
    cr_expect(message(0x43, 0x36, true), "cluster 3, processor 1");
    cr_expect_not(message(0x44, 0x26, true));
    cr_expect(message(0x45, 0xff, true));
    cr_expect_eq(lapic_ack(&l), 0x45);
    cr_expect(lapic_message(&l, &(struct apic_message){.mode = APIC_NMI}));
    cr_expect_eq(nmis, 1);
    out(SVR, 0);
    cr_expect_not(message(0x46, 0, false), "switched off it takes none");
}

Test(lapic, sends_to_itself)
{
    start();
    out(ICR, 0x00040055);
    cr_expect_eq(lapic_ack(&l), 0x55);
    out(EOI, 0);
    out(ICR2, 0), out(ICR, 0x00004056);
    cr_expect_eq(lapic_ack(&l), 0x56);
    out(EOI, 0);
    out(ICR2, 0x01000000), out(ICR, 0x00004057);
    out(ICR, 0x000c4058);
    cr_expect_not(f.intr, "to another, to all others");
    cr_expect_eq(in(ICR), 0x000c4058, "sent already");
    out(ICR, 0x00080059);
    cr_expect_eq(lapic_ack(&l), 0x59);
    out(EOI, 0);
    out(ICR, 0x00080400);
    cr_expect_eq(nmis, 1);
    out(ICR, 0x000c4500);
    out(ICR, 0x000c4600);
    cr_expect_not(f.intr, "INIT and start-up reach nobody");
}

/* 11.5.3: a write shows what was gathered. */
Test(lapic, errors)
{
    start();
    out(ICR, 0x0004400f);
    cr_expect_eq(in(ESR), 0);
    out(ESR, 0);
    cr_expect_eq(in(ESR), 0x20, "sent an illegal vector");
    (void)message(3, 0, false);
    (void)in(0x50);
    out(0x400, 1);
    out(ESR, 0);
    cr_expect_eq(in(ESR), 0xc0, "received one, and touched no register");
    out(ESR, 0);
    cr_expect_eq(in(ESR), 0);
    out(ERROR, 0x66);
    (void)in(0x3f0);
    cr_expect_eq(lapic_ack(&l), 0x66);
    lapic_store(&l, TPR, 1, 0x55);
    lapic_store(&l, TPR + 4, 4, 0x55);
    cr_expect_eq(in(TPR), 0, "whole registers only");
}

Test(lapic, level_triggered_ends_are_told)
{
    start();
    cr_expect(lapic_message(&l, &(struct apic_message){.vector = 0x77, .level = true}));
    cr_expect_eq(in(0x180 + 0x30), 1u << 0x17, "TMR");
    cr_expect_eq(lapic_ack(&l), 0x77);
    cr_expect_eq(ended, 0);
    out(EOI, 0);
    cr_expect_eq(ended, 0x77);
}

/* 11.5.4; the divide configuration register, figure 11-10. */
Test(lapic, timer)
{
    static const struct {
        uint32_t code, by;
    } divide[] = {{0, 2}, {1, 4}, {2, 8}, {3, 16}, {8, 32}, {9, 64}, {10, 128}, {11, 1}};

    for (unsigned i = 0; i < sizeof divide / sizeof *divide; i++) {
        start();
        out(DIVIDE, divide[i].code);
        out(TIMER, 0x44);
        out(INITIAL, 1000);
        cr_expect_eq(in(CURRENT), 1000);
        fake_host_run(&f, 10 * 600 * (uint64_t)divide[i].by);
        cr_expect_eq(in(CURRENT), 400);
        fake_host_run(&f, 10 * 1000 * (uint64_t)divide[i].by - 1);
        cr_expect_not(f.intr);
        cr_expect(lapic_timer_wakes(&l));
        fake_host_run(&f, 10 * 1000 * (uint64_t)divide[i].by);
        cr_expect_eq(lapic_ack(&l), 0x44, "divided by %u", divide[i].by);
        out(EOI, 0);
        fake_host_run(&f, 10 * 9000 * (uint64_t)divide[i].by);
        cr_expect(!f.intr && in(CURRENT) == 0, "once");
        cr_expect_not(lapic_timer_wakes(&l));
    }
    start();
    out(DIVIDE, 11);
    out(TIMER, 0x20045);
    out(INITIAL, 700);
    for (unsigned n = 1; n < 100; n++) {
        fake_host_run(&f, 7000 * (uint64_t)n - 1);
        cr_assert_not(f.intr, "%u", n);
        fake_host_run(&f, 7000 * (uint64_t)n);
        cr_assert_eq(lapic_ack(&l), 0x45, "%u", n);
        out(EOI, 0);
    }
    out(TIMER, 0x30045);
    fake_host_run(&f, f.now + 70000);
    cr_expect_not(f.intr, "masked");
    out(TIMER, 0x20045);
    out(INITIAL, 0);
    fake_host_run(&f, f.now + 70000);
    cr_expect(!f.intr && l.timer.when == CLOCK_NEVER, "stopped");
}

Test(lapic, state)
{
    struct lapic other;
    struct state s, in_state;

    start();
    out(TIMER, 0x20045), out(INITIAL, 700), out(TPR, 0x20);
    (void)message(0x31, 0, false);
    (void)lapic_ack(&l);
    (void)message(0x55, 0, false);
    state_init_save(&s);
    lapic_state(&s, &l);
    other = l;
    start();
    state_init_load(&in_state, s.data, s.size);
    lapic_state(&in_state, &l);
    cr_assert_eq(in_state.error[0], 0, "%s", in_state.error);
    cr_expect(f.intr, "the pin is driven again");
    cr_expect_arr_eq(&l.irr, &other.irr, sizeof l.irr);
    cr_expect_arr_eq(&l.isr, &other.isr, sizeof l.isr);
    cr_expect(l.timer.when == other.timer.when && l.tpr == 0x20 && l.lvt[LVT_TIMER] == 0x20045);
    state_free(&s);
}
