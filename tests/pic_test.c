/* SPDX-License-Identifier: MIT */
/* The 8259A pair against its data sheet (Intel 231468). */
#include <criterion/criterion.h>

#include "interp/dev/pic.h"
#include "interp/state.h"
#include "tests/support/fake_host.h"

enum { M = 0x20, MD = 0x21, S = 0xa0, SD = 0xa1 };
enum { EOI = 0x20, READ_IRR = 0x0a, READ_ISR = 0x0b, POLL = 0x0c, SMM_ON = 0x68, SMM_OFF = 0x48 };

static struct fake_host f;
static struct pic_pair p;

static void out(uint16_t port, uint8_t v)
{
    pic_out(&p, port, v);
}

static uint8_t in(uint16_t port)
{
    return pic_in(&p, port);
}

/* What every PC kernel does: vectors 20h and 28h, nothing masked; ICW4 as given. */
static void start(uint8_t icw4)
{
    fake_host_init(&f, 1000);
    pic_init(&p, &f.host);
    out(M, 0x11), out(MD, 0x20), out(MD, 4), out(MD, icw4);
    out(S, 0x11), out(SD, 0x28), out(SD, 2), out(SD, 1);
    out(MD, 0), out(SD, 0);
}

static uint8_t isr(uint16_t port)
{
    out(port, READ_ISR);
    return in(port);
}

static uint8_t irr(uint16_t port)
{
    out(port, READ_IRR);
    return in(port);
}

static void pulse(unsigned irq)
{
    pic_line(&p, irq, true);
    pic_line(&p, irq, false);
    pic_line(&p, irq, true);
}

Test(pic, as_firmware_leaves_it)
{
    fake_host_init(&f, 1000);
    pic_init(&p, &f.host);
    cr_expect_eq(in(MD), 0xb8);
    cr_expect_eq(in(SD), 0xff);
    pic_line(&p, 0, true);
    cr_expect(f.intr);
    cr_expect_eq(pic_ack(&p), 0x08);
    cr_expect_not(f.intr);
}

Test(pic, edges_priorities_and_eoi)
{
    start(1);
    pic_line(&p, 5, true);
    cr_expect(f.intr);
    cr_expect_eq(irr(M), 0x20);
    cr_expect_eq(pic_ack(&p), 0x25);
    cr_expect_eq(irr(M), 0, "the edge is used up though the pin is high");
    cr_expect_eq(isr(M), 0x20);
    cr_expect_not(f.intr);

    pulse(5);
    pulse(6);
    cr_expect_not(f.intr, "the same and lower priorities wait");
    pulse(1);
    cr_expect(f.intr, "a higher one nests");
    cr_expect_eq(pic_ack(&p), 0x21);
    cr_expect_eq(isr(M), 0x22);
    out(M, EOI);
    cr_expect_eq(isr(M), 0x20, "non-specific: the highest in service");
    cr_expect_not(f.intr);
    out(M, 0x60 | 5);
    cr_expect_eq(isr(M), 0);
    cr_expect_eq(pic_ack(&p), 0x25);
    out(M, EOI);
    cr_expect_eq(pic_ack(&p), 0x26);
    out(M, EOI);
    cr_expect_not(f.intr);
}

Test(pic, masks_and_requests_that_vanish)
{
    start(1);
    out(MD, 0x08);
    cr_expect_eq(in(MD), 0x08);
    pic_line(&p, 3, true);
    cr_expect_not(f.intr);
    cr_expect_not(pic_passes(&p, 3));
    cr_expect(pic_passes(&p, 4));
    cr_expect_eq(irr(M), 0x08, "masked, not forgotten");
    out(MD, 0);
    cr_expect(f.intr);
    pic_line(&p, 3, false);
    cr_expect_not(f.intr, "the pin fell before INTA");
    cr_expect_eq(pic_ack(&p), 0x27, "spurious: IR7's vector");
    cr_expect_eq(isr(M), 0, "and nothing is in service");
    /* The slave's request vanishes between the two INTA pulses' chips: IRQ 15, and the master has IR2 in service. */
    pic_line(&p, 9, true);
    cr_expect_eq(pic_ack(&p), 0x29);
    cr_expect_eq(isr(M), 0x04);
    cr_expect_eq(isr(S), 0x02);
}

Test(pic, cascade)
{
    start(1);
    pic_line(&p, 12, true);
    pic_line(&p, 3, true);
    cr_expect_eq(pic_ack(&p), 0x2c, "IRQ 8 to 15 rank between 1 and 3");
    cr_expect_not(f.intr);
    pic_line(&p, 9, true);
    cr_expect_not(f.intr, "the master sees the slave's level as in service");
    out(S, EOI);
    cr_expect_not(f.intr);
    out(M, EOI);
    cr_expect(f.intr);
    cr_expect_eq(pic_ack(&p), 0x29);
    out(S, EOI), out(M, EOI);
    cr_expect_eq(pic_ack(&p), 0x23);
    out(M, EOI);
    pic_line(&p, 2, true);
    cr_expect_not(f.intr, "IRQ 2 is nobody's");
    pic_line(&p, 16, true);

    /* Special fully nested mode: a higher request of the slave in service gets through. */
    start(0x11);
    pic_line(&p, 12, true);
    cr_expect_eq(pic_ack(&p), 0x2c);
    pic_line(&p, 9, true);
    cr_expect(f.intr);
    cr_expect_eq(pic_ack(&p), 0x29);
    cr_expect_eq(isr(S), 0x12);
}

Test(pic, level_triggered)
{
    start(1);
    pic_elcr_out(&p, 0x4d0, 0xff);
    cr_expect_eq(pic_elcr_in(&p, 0x4d0), 0xf8, "timer, keyboard and cascade stay edges");
    pic_line(&p, 5, true);
    cr_expect_eq(pic_ack(&p), 0x25);
    cr_expect_eq(irr(M), 0x20, "the request is the level");
    out(M, EOI);
    cr_expect(f.intr, "still there");
    cr_expect_eq(pic_ack(&p), 0x25);
    pic_line(&p, 5, false);
    out(M, EOI);
    cr_expect_not(f.intr);

    /* ICW1.LTIM: all pins. */
    out(M, 0x19), out(MD, 0x20), out(MD, 4), out(MD, 1);
    pic_line(&p, 0, true);
    cr_expect_eq(pic_ack(&p), 0x20);
    out(M, EOI);
    cr_expect(f.intr);
}

Test(pic, rotation)
{
    static const uint8_t order[8] = {4, 5, 6, 7, 0, 1, 2, 3};

    start(1);
    out(M, 0xc0 | 3); /* set priority: 3 is lowest, 4 highest */
    for (unsigned i = 0; i < 8; i++)
        if (i != 2)
            pic_line(&p, i, true);
    for (unsigned i = 0; i < 8; i++) {
        if (order[i] == 2)
            continue;
        cr_expect_eq(pic_ack(&p), 0x20 + order[i]);
        out(M, 0x60 | order[i]);
    }
    pulse(0), pulse(1);
    out(M, 0xc0 | 7);
    cr_expect_eq(pic_ack(&p), 0x20);
    out(M, 0xa0); /* rotate on non-specific EOI: 0 is lowest now */
    pulse(0);
    cr_expect_eq(pic_ack(&p), 0x21);
    pulse(5);
    cr_expect_not(f.intr);
    out(M, 0xe0 | 1); /* rotate on specific EOI */
    cr_expect_eq(pic_ack(&p), 0x25, "2 3 4 5 6 7 0 1");
}

Test(pic, automatic_eoi)
{
    start(3);
    pulse(4);
    cr_expect_eq(pic_ack(&p), 0x24);
    cr_expect_eq(isr(M), 0);
    out(M, 0x80); /* rotate in automatic EOI mode */
    pulse(4), pulse(6);
    cr_expect_eq(pic_ack(&p), 0x24);
    pulse(4);
    cr_expect_eq(pic_ack(&p), 0x26);
    cr_expect_eq(pic_ack(&p), 0x24);
    out(M, 0x00);
    pulse(4);
    pulse(5);
    cr_expect_eq(pic_ack(&p), 0x25, "4 was lowest when the rotation stopped");
}

Test(pic, special_mask_mode)
{
    start(1);
    pulse(2 + 1);
    cr_expect_eq(pic_ack(&p), 0x23);
    pulse(6);
    cr_expect_not(f.intr);
    out(MD, 0x08);
    cr_expect_not(f.intr, "masking what is in service does not help by itself");
    out(M, SMM_ON);
    cr_expect(f.intr);
    cr_expect_eq(pic_ack(&p), 0x26);
    out(M, EOI);
    cr_expect_eq(isr(M), 0x08, "a masked one is not ended without its number");
    out(M, SMM_OFF);
    out(M, EOI);
    cr_expect_eq(isr(M), 0);
}

Test(pic, poll)
{
    start(1);
    out(M, POLL);
    cr_expect_eq(in(M), 0);
    pulse(4);
    out(M, POLL);
    cr_expect_eq(in(M), 0x84);
    cr_expect_eq(isr(M), 0x10, "the read was the acknowledge");
    cr_expect_not(f.intr);
    out(S, POLL);
    pulse(10);
    cr_expect_eq(in(SD), 0x82, "at either address");
    cr_expect_eq(in(SD), 0, "once only: then it is the mask");
}

Test(pic, initialisation)
{
    start(1);
    pic_line(&p, 4, true);
    pic_ack(&p);
    pic_line(&p, 3, true);
    out(M, 0x11);
    cr_expect_eq(irr(M), 0, "pins must rise anew");
    cr_expect_eq(isr(M), 0);
    cr_expect_not(f.intr);
    out(MD, 0x43);
    out(MD, 4), out(MD, 1);
    cr_expect_eq(in(MD), 0, "ICW1 cleared the mask, and the words were no masks");
    pulse(3);
    cr_expect_eq(pic_ack(&p), 0x43, "the base's low bits do not exist");
    /* Single, no ICW4: the sequence is ICW2 alone. */
    out(M, 0x12), out(MD, 0x50), out(MD, 0xf7);
    cr_expect_eq(in(MD), 0xf7);
    pulse(3);
    cr_expect_eq(pic_ack(&p), 0x53);
}

/* Whatever is written and pulsed, a saved pair goes on exactly as the original. */
Test(pic, state_is_complete)
{
    uint32_t seed = 1;

    start(1);
    for (unsigned i = 0; i < 20000; i++) {
        struct fake_host f2;
        struct pic_pair q;
        struct state s, l;
        uint32_t r = seed = seed * 1664525 + 1013904223;

        switch (r >> 28 & 3) {
        case 0: pic_line(&p, r >> 8 & 15, r >> 16 & 1); break;
        case 1: out((uint16_t)(M | (r >> 8 & 0x81)), (uint8_t)(r >> 16)); break;
        case 2: pic_ack(&p); break;
        default: in((uint16_t)(M | (r >> 8 & 0x81))); break;
        }
        if (i % 16)
            continue;
        fake_host_init(&f2, 1000);
        pic_init(&q, &f2.host);
        state_init_save(&s);
        pic_state(&s, &p);
        state_init_load(&l, s.data, s.size);
        pic_state(&l, &q);
        cr_assert_str_empty(l.error);
        cr_assert_eq(l.pos, l.size);
        cr_assert_eq(f.intr, f2.intr);
        q.host = p.host;
        cr_assert_arr_eq(&p.chip[0].irr, &q.chip[0].irr, 9);
        for (unsigned k = 0; k < 32; k++) {
            struct pic_pair a = p, b = q;

            pic_line(&a, k & 15, k >> 4);
            pic_line(&b, k & 15, k >> 4);
            cr_assert_eq(pic_ack(&a), pic_ack(&b));
            cr_assert_eq(pic_in(&a, M), pic_in(&b, M));
        }
        pic_line(&p, 2, false); /* restores INTR of the host after the copies used it */
        pic_elcr_out(&p, 0x4d0, p.chip[0].elcr);
        state_free(&s);
    }
}
