/* SPDX-License-Identifier: MIT */
/* The 16550A against its data sheet (National PC16550D). */
#include <criterion/criterion.h>
#include <string.h>

#include "interp/dev/uart.h"
#include "interp/state.h"
#include "tests/support/fake_host.h"

enum { DATA = 0x3f8, IER, IIR, LCR, MCR, LSR, MSR, SCR };

static struct fake_host f;
static struct uart u;

static void out(uint16_t port, uint8_t v)
{
    uart_out(&u, port, v);
}

static uint8_t in(uint16_t port)
{
    return uart_in(&u, port);
}

static void start(void)
{
    fake_host_init(&f, 2400000000);
    uart_init(&u, &f.host);
}

/* 115200 8N1, FIFOs with a trigger of 8, interrupts wired. */
static void open_port(uint8_t ier)
{
    start();
    out(LCR, 0x83), out(DATA, 1), out(IER, 0), out(LCR, 0x03);
    out(IIR, 0x87), out(MCR, 0x0b), out(IER, ier);
}

Test(uart, registers_read_back)
{
    start();
    cr_expect_eq(in(LSR), 0x60);
    cr_expect_eq(in(IIR), 0x01);
    cr_expect_eq(in(MSR), 0xb0, "CTS, DSR, DCD");
    for (unsigned v = 0; v < 256; v++) {
        out(SCR, (uint8_t)v);
        cr_assert_eq(in(SCR), v);
        out(IER, (uint8_t)v);
        cr_assert_eq(in(IER), v & 15);
        out(MCR, (uint8_t)v);
        cr_assert_eq(in(MCR), v & 31);
    }
    out(LCR, 0x83);
    out(DATA, 0x34), out(IER, 0x12);
    cr_expect_eq(in(DATA), 0x34);
    cr_expect_eq(in(IER), 0x12);
    cr_expect_eq(f.sent_count, 0, "the divisor latch is not the transmitter");
    out(LCR, 0x03);
    cr_expect_eq(in(IER), 0x0f, "IER is another register again");
    out(LSR, 0), out(MSR, 0xff);
    cr_expect_eq(in(LSR), 0x60);
    out(IIR, 0xc0);
    cr_expect_eq(in(IIR)&0xc0, 0, "FCR bits count only with the enable bit");
    out(IIR, 0x01);
    cr_expect_eq(in(IIR)&0xc0, 0xc0);
}

Test(uart, transmitter_is_never_busy)
{
    start();
    for (const char *s = "hello"; *s; s++) {
        cr_assert(in(LSR)&0x20);
        out(DATA, (uint8_t)*s);
    }
    cr_expect_eq(f.sent_count, 5);
    cr_expect_arr_eq(f.sent, "hello", 5);
}

Test(uart, transmitter_interrupt)
{
    start();
    out(MCR, 0x08);
    out(IER, 2);
    cr_expect(f.line[4], "enabled while empty: at once");
    cr_expect_eq(in(IIR), 2);
    cr_expect_not(f.line[4], "reading IIR ended it");
    cr_expect_eq(in(IIR), 1);
    out(DATA, 'x');
    cr_expect(f.line[4], "empty again already");
    out(IER, 0);
    cr_expect_not(f.line[4]);
    out(IER, 2);
    cr_expect(f.line[4]);
    out(MCR, 0);
    cr_expect(f.line[4], "not even OUT2 cuts the line");
    cr_expect_eq(f.rises[4], 3);
}

Test(uart, receiver_without_fifo)
{
    start();
    out(MCR, 8), out(IER, 1);
    cr_expect(uart_receive(&u, 'a'));
    cr_expect(f.line[4]);
    cr_expect_eq(in(IIR), 4);
    cr_expect_eq(in(LSR), 0x61);
    cr_expect_not(uart_receive(&u, 'b'), "full: the owner keeps it");
    cr_expect_eq(in(DATA), 'a');
    cr_expect_not(f.line[4]);
    cr_expect_eq(in(LSR), 0x60);
    cr_expect(uart_receive(&u, 'b'));
    cr_expect_eq(in(DATA), 'b');
    cr_expect_eq(in(DATA), 0, "empty");
}

Test(uart, fifo_trigger_and_timeout)
{
    open_port(1);
    for (unsigned i = 0; i < 7; i++)
        cr_assert(uart_receive(&u, (uint8_t)('a' + i)));
    cr_expect_not(f.line[4], "below the trigger");
    cr_expect_eq(in(LSR)&1, 1);
    /* Four characters of ten bits at 115200 a second. */
    fake_host_run(&f, f.now + 4 * 10 * (2400000000 / 115200));
    cr_expect_not(f.line[4]);
    fake_host_run(&f, f.now + 10);
    cr_expect(f.line[4]);
    cr_expect_eq(in(IIR), 0xcc);
    cr_expect_eq(in(DATA), 'a');
    cr_expect_not(f.line[4], "a read restarts the wait");
    uart_receive(&u, 'h');
    uart_receive(&u, 'i');
    cr_expect(f.line[4]);
    cr_expect_eq(in(IIR), 0xc4);
    for (unsigned i = 1; i < 9; i++)
        cr_assert_eq(in(DATA), 'a' + i);
    cr_expect_eq(u.idle.when, CLOCK_NEVER, "empty: no timeout will come");
    for (unsigned i = 0; i < 16; i++)
        cr_assert(uart_receive(&u, (uint8_t)i));
    cr_expect_not(uart_receive(&u, 16));
    out(IIR, 0x83);
    cr_expect_eq(in(LSR)&1, 0, "cleared");
    cr_expect_not(f.line[4]);
}

Test(uart, loopback)
{
    open_port(0);
    in(MSR);
    out(MCR, 0x1b);
    cr_expect_eq(in(MSR)&0xf0, 0xb0, "DTR, RTS, OUT2 come back");
    out(MCR, 0x14);
    cr_expect_eq(in(MSR), 0x4b, "OUT1 alone; the other three fell, and RI's rise shows no delta");
    out(MCR, 0x10);
    cr_expect_eq(in(MSR), 0x04, "RI's end does");
    out(DATA, 'z');
    cr_expect_eq(f.sent_count, 0);
    cr_expect_eq(in(DATA), 'z');
    cr_expect_not(uart_receive(&u, 'q'), "the line is cut");
    for (unsigned i = 0; i < 17; i++)
        out(DATA, (uint8_t)i);
    cr_expect_eq(in(LSR), 0x63, "overrun");
    cr_expect_eq(in(LSR), 0x61, "read once");
}

Test(uart, priorities)
{
    open_port(0x0f);
    out(MCR, 0x1b);
    for (unsigned i = 0; i < 17; i++)
        out(DATA, (uint8_t)i);
    cr_expect(f.line[4], "interrupts work in loopback too (PC16550D, 8.6)");
    out(MCR, 0x0b);
    cr_expect(f.line[4]);
    cr_expect_eq(in(IIR), 0xc6);
    in(LSR);
    cr_expect_eq(in(IIR), 0xc4);
    out(IIR, 0x83);
    cr_expect_eq(in(IIR), 0xc2);
    cr_expect_eq(in(IIR), 0xc1, "no modem change is left: inputs are as before");
    cr_expect_not(f.line[4]);
}

Test(uart, state_is_complete_and_bounded)
{
    uint32_t seed = 5;

    start();
    for (unsigned i = 0; i < 20000; i++) {
        struct fake_host f2;
        struct uart v;
        struct state s, l;
        uint32_t r = seed = seed * 1664525 + 1013904223;

        if (r >> 30 == 0)
            uart_receive(&u, (uint8_t)(r >> 16));
        else if (r >> 30 == 1)
            in((uint16_t)(DATA + (r >> 8 & 7)));
        else
            out((uint16_t)(DATA + (r >> 8 & 7)), (uint8_t)(r >> 16));
        fake_host_run(&f, f.now + (r >> 4 & 0xffff));
        if (i % 16)
            continue;
        fake_host_init(&f2, 2400000000);
        uart_init(&v, &f2.host);
        state_init_save(&s);
        uart_state(&s, &u);
        f2.now = f.now;
        state_init_load(&l, s.data, s.size);
        uart_state(&l, &v);
        cr_assert_str_empty(l.error);
        cr_assert_eq(l.pos, l.size);
        cr_assert_eq(v.idle.when, u.idle.when);
        for (uint16_t port = DATA; port <= SCR; port++)
            cr_assert_eq(uart_in(&v, port), in(port));
        s.data[6 + 7] = 17; /* more in the FIFO than it holds */
        state_init_load(&l, s.data, s.size);
        uart_state(&l, &v);
        cr_assert_str_not_empty(l.error);
        state_free(&s);
    }
}
