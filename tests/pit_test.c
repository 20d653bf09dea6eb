/* SPDX-License-Identifier: MIT */
/* The 8254 against its data sheet (Intel 231164): waveforms, counts, reads, and time without drift. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interp/dev/pit.h"
#include "interp/dev/rate.h"
#include "interp/state.h"
#include "tests/support/fake_host.h"

static struct fake_host f;
static struct pit p;

/* One tick is one pulse. */
static void start(uint64_t hz)
{
    fake_host_init(&f, hz);
    pit_init(&p, &f.host);
    f.rises[0] = 0;
}

static void program(unsigned counter, unsigned rw, unsigned mode, unsigned count)
{
    pit_out(&p, 0x43, (uint8_t)(counter << 6 | rw << 4 | mode << 1));
    if (rw & 1)
        pit_out(&p, (uint16_t)(0x40 + counter), (uint8_t)count);
    if (rw & 2)
        pit_out(&p, (uint16_t)(0x40 + counter), (uint8_t)(count >> 8));
}

static unsigned read16(unsigned counter)
{
    unsigned low = pit_in(&p, (uint16_t)(0x40 + counter));

    return low | (unsigned)pit_in(&p, (uint16_t)(0x40 + counter)) << 8;
}

static void gate2(bool on)
{
    pit_port61_out(&p, 0x61, on);
}

static bool out2(void)
{
    return pit_port61_in(&p, 0x61) & 0x20;
}

/* OUT of counter 2 for the next n pulses, one character each. */
static const char *wave(unsigned n)
{
    static char text[128];

    for (unsigned i = 0; i < n; i++) {
        text[i] = out2() ? '-' : '_';
        fake_host_run(&f, f.now + 1);
    }
    text[n] = 0;
    return text;
}

/* Counts of counter 2 for the next n pulses. */
static const char *counts(unsigned n)
{
    static char text[128];
    unsigned at = 0;

    for (unsigned i = 0; i < n; i++) {
        at += (unsigned)sprintf(text + at, "%u ", read16(2));
        fake_host_run(&f, f.now + 1);
    }
    return text;
}

Test(pit, waveforms)
{
    start(PIT_HZ);
    gate2(true);
    /* The first character is the pulse of the write; the count is loaded by the next. */
    program(2, 3, 0, 4);
    cr_expect_str_eq(wave(10), "_____-----", "mode 0");
    program(2, 3, 2, 3);
    cr_expect_str_eq(wave(11), "---_--_--_-", "mode 2");
    program(2, 3, 3, 4);
    cr_expect_str_eq(wave(11), "---__--__--", "mode 3, even");
    program(2, 3, 3, 5);
    cr_expect_str_eq(wave(13), "----__---__--", "mode 3, odd: high longer");
    program(2, 3, 4, 3);
    cr_expect_str_eq(wave(9), "----_----", "mode 4");
    program(2, 3, 1, 3);
    cr_expect_str_eq(wave(3), "---", "mode 1 waits for the gate");
    gate2(false);
    gate2(true);
    cr_expect_str_eq(wave(8), "-___----", "mode 1");
    gate2(false);
    gate2(true);
    cr_expect_str_eq(wave(3), "-__");
    gate2(false);
    gate2(true);
    cr_expect_str_eq(wave(7), "____---", "retriggered");
    program(2, 3, 5, 3);
    gate2(false);
    gate2(true);
    cr_expect_str_eq(wave(8), "----_---", "mode 5");
    program(2, 3, 6, 3);
    cr_expect_str_eq(wave(8), "---_--_-", "mode 6 is 2");
}

Test(pit, gate_pauses_and_restarts)
{
    start(PIT_HZ);
    gate2(true);
    program(2, 3, 0, 4);
    wave(3);
    gate2(false);
    cr_expect_str_eq(counts(3), "2 2 2 ");
    gate2(true);
    cr_expect_str_eq(wave(4), "__--");
    program(2, 3, 2, 4);
    wave(4);
    cr_expect_not(out2());
    gate2(false);
    cr_expect(out2(), "a low gate forces OUT high at once");
    wave(5);
    gate2(true);
    cr_expect_str_eq(wave(6), "----_-", "and its rise starts a whole period");
}

Test(pit, counts_in_every_mode)
{
    start(PIT_HZ);
    gate2(true);
    program(2, 3, 0, 3);
    fake_host_run(&f, f.now + 1);
    cr_expect_str_eq(counts(6), "3 2 1 0 65535 65534 ");
    program(2, 3, 2, 3);
    fake_host_run(&f, f.now + 1);
    cr_expect_str_eq(counts(6), "3 2 1 3 2 1 ");
    program(2, 3, 3, 6);
    fake_host_run(&f, f.now + 1);
    cr_expect_str_eq(counts(7), "6 4 2 6 4 2 6 ");
    program(2, 3, 3, 5);
    fake_host_run(&f, f.now + 1);
    cr_expect_str_eq(counts(6), "4 2 0 4 2 4 ");
    program(2, 3, 2, 0);
    fake_host_run(&f, f.now + 1);
    cr_expect_str_eq(counts(2), "0 65535 ", "0 stands for 65536");
}

Test(pit, new_counts_take_over_where_the_data_sheet_says)
{
    start(PIT_HZ);
    gate2(true);
    program(2, 3, 2, 4);
    wave(2);
    pit_out(&p, 0x42, 2);
    pit_out(&p, 0x42, 0);
    cr_expect_str_eq(wave(8), "--_-_-_-", "mode 2: after the period");
    program(2, 3, 3, 8);
    wave(2);
    pit_out(&p, 0x42, 4);
    pit_out(&p, 0x42, 0);
    cr_expect_str_eq(wave(9), "---__--__", "mode 3: after the half-period");
    program(2, 3, 0, 4);
    wave(3);
    pit_out(&p, 0x42, 9);
    cr_expect_eq(wave(6)[5], '_', "mode 0: the first byte stops it");
    pit_out(&p, 0x42, 0);
    cr_expect_str_eq(wave(11), "__________-");
}

Test(pit, reading)
{
    start(PIT_HZ);
    gate2(true);
    program(2, 3, 2, 0x1234);
    fake_host_run(&f, f.now + 1);
    pit_out(&p, 0x43, 0x80); /* latch counter 2 */
    fake_host_run(&f, f.now + 5);
    pit_out(&p, 0x43, 0x80); /* ignored */
    cr_expect_eq(read16(2), 0x1234);
    cr_expect_eq(read16(2), 0x122f, "then it is live again");
    pit_out(&p, 0x43, 0xc8); /* read-back: status and count of counter 2 */
    cr_expect_eq(pit_in(&p, 0x42), 0xb4, "OUT high, loaded, both bytes, mode 2");
    cr_expect_eq(read16(2), 0x122f);
    pit_out(&p, 0x42, 1);
    pit_out(&p, 0x42, 1);
    pit_out(&p, 0x43, 0xe8);
    cr_expect_eq(pit_in(&p, 0x42), 0xf4, "null count: the new one waits");
    cr_expect_eq(pit_in(&p, 0x43), 0xff);
    pit_out(&p, 0x43, 0x60 | 4); /* counter 1, high byte only, mode 2 */
    pit_out(&p, 0x41, 0x12);
    fake_host_run(&f, f.now + 1);
    cr_expect_eq(pit_in(&p, 0x41), 0x12);
    fake_host_run(&f, f.now + 1);
    cr_expect_eq(pit_in(&p, 0x41), 0x11);
    /* BCD */
    pit_out(&p, 0x43, 0xb1);
    pit_out(&p, 0x42, 0x00);
    pit_out(&p, 0x42, 0x10);
    fake_host_run(&f, f.now + 1);
    cr_expect_eq(read16(2), 0x1000);
    fake_host_run(&f, f.now + 1);
    cr_expect_eq(read16(2), 0x0999);
    fake_host_run(&f, f.now + 1000);
    cr_expect_eq(read16(2), 0x9999);
}

Test(pit, refresh_toggles_with_time)
{
    start(PIT_HZ);
    uint8_t first = pit_port61_in(&p, 0x61) & 0x10;

    fake_host_run(&f, f.now + 18);
    cr_expect_neq(pit_port61_in(&p, 0x61) & 0x10, first);
    fake_host_run(&f, f.now + 18);
    cr_expect_eq(pit_port61_in(&p, 0x61) & 0x10, first);
}

/* A hundred thousand interrupts later, the edge is where arithmetic from the start says it is. */
Test(pit, interrupts_do_not_drift)
{
    static const uint64_t hz[] = {PIT_HZ, 200000000, 2400000000, 1000003};
    static const unsigned mode[] = {2, 3};

    for (unsigned h = 0; h < 4; h++)
        for (unsigned m = 0; m < 2; m++) {
            uint64_t loaded;

            start(hz[h]);
            fake_host_run(&f, 12345);
            loaded = rate_pulses(f.now, hz[h], PIT_HZ) + 1;
            program(0, 3, mode[m], 1193);
            f.rises[0] = 0;
            fake_host_run(&f, rate_tick(loaded + 1193 * UINT64_C(100000), hz[h], PIT_HZ) - 1);
            cr_assert_eq(f.rises[0], 99999);
            fake_host_run(&f, f.now + 1);
            cr_assert_eq(f.rises[0], 100000);
        }
}

Test(pit, the_timer_is_armed_only_when_edges_will_come)
{
    start(2400000000);
    cr_expect_neq(p.timer.when, CLOCK_NEVER, "firmware left it running");
    program(0, 3, 0, 1000);
    cr_expect_neq(p.timer.when, CLOCK_NEVER);
    cr_expect_not(f.line[0]);
    fake_host_run(&f, f.now + 2400000000);
    cr_expect_eq(f.rises[0], 1);
    cr_expect_eq(p.timer.when, CLOCK_NEVER, "one shot");
    program(0, 3, 1, 1000);
    cr_expect_eq(p.timer.when, CLOCK_NEVER, "no gate ever rises");
    program(0, 3, 2, 1);
    cr_expect_eq(p.timer.when, CLOCK_NEVER, "a count the data sheet forbids");
    program(0, 1, 4, 50);
    fake_host_run(&f, f.now + 2400000000);
    cr_expect_eq(p.timer.when, CLOCK_NEVER);
    cr_expect(f.line[0]);
    pit_out(&p, 0x43, 0x30);
    cr_expect_not(f.line[0], "mode 0 is low from its control word on");
}

/* An instruction longer than a period still leaves an edge. */
Test(pit, late_looks_see_the_edge)
{
    start(2400000000);
    program(0, 3, 2, 2);
    f.rises[0] = 0;
    for (unsigned i = 0; i < 100; i++) {
        unsigned before = f.rises[0];

        f.now += 1000003;
        clock_fire(&f.clock, f.now);
        cr_assert_gt(f.rises[0], before);
        cr_assert_gt(p.timer.when, f.now);
    }
}

/* Any sequence of writes: a saved timer goes on exactly as the original, and reloading changes nothing. */
Test(pit, state_is_complete)
{
    uint32_t seed = 7;

    start(2400000000);
    for (unsigned i = 0; i < 6000; i++) {
        struct fake_host f2;
        struct pit q;
        struct state s, l;
        uint32_t r = seed = seed * 1664525 + 1013904223;

        if (r >> 31)
            pit_out(&p, (uint16_t)(0x40 + (r >> 8 & 3)), (uint8_t)(r >> 16));
        else if (r >> 30)
            pit_in(&p, (uint16_t)(0x40 + (r >> 8 & 3)));
        else
            gate2(r >> 8 & 1);
        fake_host_run(&f, f.now + (r >> 12 & 0xffff));
        if (i % 8)
            continue;
        fake_host_init(&f2, 2400000000);
        pit_init(&q, &f2.host);
        state_init_save(&s);
        pit_state(&s, &p);
        f2.now = f.now;
        state_init_load(&l, s.data, s.size);
        pit_state(&l, &q);
        cr_assert_str_empty(l.error);
        cr_assert_eq(l.pos, l.size);
        cr_assert_eq(p.timer.when, q.timer.when);
        for (unsigned k = 0; k < 4; k++) {
            fake_host_run(&f, f.now + 100000);
            fake_host_run(&f2, f2.now + 100000);
            cr_assert_eq(p.timer.when, q.timer.when);
            cr_assert_eq(p.irq, q.irq);
            for (uint16_t port = 0x40; port < 0x43; port++)
                cr_assert_eq(pit_in(&p, port), pit_in(&q, port));
            cr_assert_eq(pit_port61_in(&p, 0x61), pit_port61_in(&q, 0x61));
        }
        state_free(&s);
    }
}

/* Whatever a state file holds, the timer is either refused or lives on without hanging. */
Test(pit, hostile_states)
{
    uint32_t seed = 3;
    struct state s;

    start(2400000000);
    state_init_save(&s);
    pit_state(&s, &p);
    for (unsigned i = 0; i < 20000; i++) {
        struct state l;
        uint8_t *copy = malloc(s.size);

        memcpy(copy, s.data, s.size);
        for (unsigned k = 0; k < 3; k++) {
            seed = seed * 1664525 + 1013904223;
            copy[6 + (seed >> 8) % (s.size - 6)] = seed >> 31 ? 0xff : (uint8_t)(seed >> 20);
        }
        start(2400000000);
        f.now = 1u << 30;
        state_init_load(&l, copy, s.size);
        pit_state(&l, &p);
        free(copy);
        if (l.error[0])
            continue;
        for (unsigned k = 0; k < 50 && f.clock.next != CLOCK_NEVER; k++) {
            f.now = f.clock.next > f.now ? f.clock.next : f.now;
            clock_fire(&f.clock, f.now);
            cr_assert(p.timer.when > f.now);
        }
        pit_in(&p, 0x40);
        pit_in(&p, 0x42);
        pit_port61_in(&p, 0x61);
    }
    state_free(&s);
}
