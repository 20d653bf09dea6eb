/* SPDX-License-Identifier: MIT */
/* The bus, the list of deadlines, the pulses of an oscillator, the tables of costs and events. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "interp/bus.h"
#include "interp/clock.h"
#include "interp/cost.h"
#include "interp/dev/rate.h"
#include "interp/event.h"

/* A device that remembers what was done to it: '<' or '>', port, value. */
struct probe {
    char name;
    char log[128];
};

static uint8_t probe_in(void *dev, uint16_t port)
{
    struct probe *p = dev;

    snprintf(p->log + strlen(p->log), sizeof p->log - strlen(p->log), "<%x ", port);
    return (uint8_t)port;
}

static void probe_out(void *dev, uint16_t port, uint8_t value)
{
    struct probe *p = dev;

    snprintf(p->log + strlen(p->log), sizeof p->log - strlen(p->log), ">%x=%x ", port, value);
}

static struct bus bus;

Test(bus, accesses_are_split_and_reach_their_owner)
{
    struct probe a = {.name = 'a'}, b = {.name = 'b'}, last = {.name = 'l'};

    bus_claim(&bus, &(struct port_range){0x20, 2, probe_in, probe_out, &a});
    bus_claim(&bus, &(struct port_range){0x22, 1, probe_in, probe_out, &b});
    bus_claim(&bus, &(struct port_range){0xffff, 1, probe_in, probe_out, &last});

    cr_expect_eq(bus_in(&bus, 0x20, 1), 0x20);
    cr_expect_eq(bus_in(&bus, 0x20, 4), 0xff222120, "two owners, and one byte of nobody's");
    cr_expect_eq(bus_in(&bus, 0x23, 4), 0xffffffff, "nobody's ports read as ones");
    cr_expect_eq(bus_in(&bus, 0x23, 2), 0xffff);
    cr_expect_str_eq(a.log, "<20 <20 <21 ");
    cr_expect_str_eq(b.log, "<22 ");

    a.log[0] = b.log[0] = 0;
    bus_out(&bus, 0x1f, 4, 0x44332211);
    cr_expect_str_eq(a.log, ">20=22 >21=33 ");
    cr_expect_str_eq(b.log, ">22=44 ");

    cr_expect_eq(bus_in(&bus, 0xffff, 4), 0xffffffff, "past the last port nothing answers");
    bus_out(&bus, 0xfffe, 4, 0x44332211);
    cr_expect_str_eq(last.log, "<ffff >ffff=22 ");
}

static uint32_t wide_in(void *dev, uint16_t port, unsigned size)
{
    (void)dev;
    return port << 8 | size;
}

static void wide_out(void *dev, uint16_t port, unsigned size, uint32_t value)
{
    struct probe *p = dev;

    snprintf(p->log + strlen(p->log), sizeof p->log - strlen(p->log), ">>%x.%u=%x ", port, size, value);
}

Test(bus, wide_registers_are_taken_whole)
{
    static struct bus b;
    struct probe p = {.log = ""};

    bus_claim_wide(&b, &(struct port_range){0x1f0, 1, probe_in, probe_out, &p}, &(struct port_wide){wide_in, wide_out});
    bus_claim(&b, &(struct port_range){0x1f1, 1, probe_in, probe_out, &p});
    cr_expect_eq(bus_in(&b, 0x1f0, 2), 0x1f002);
    cr_expect_eq(bus_in(&b, 0x1f0, 4), 0x1f004);
    cr_expect_eq(bus_in(&b, 0x1f0, 1), 0xf0);
    cr_expect_eq(bus_in(&b, 0x1ef, 4), 0xfff1f0ff, "one that begins elsewhere is split");
    p.log[0] = 0;
    bus_out(&b, 0x1f0, 2, 0x1234);
    bus_out(&b, 0x1f0, 1, 0x56);
    bus_out(&b, 0x1f1, 2, 0x789a);
    cr_expect_str_eq(p.log, ">>1f0.2=1234 >1f0=56 >1f1=9a ");
}

static uint32_t page_load(void *dev, uint32_t offset, unsigned size)
{
    (void)dev;
    return 0xabcd0000 | offset << 4 | size;
}

static void page_store(void *dev, uint32_t offset, unsigned size, uint32_t value)
{
    wide_out(dev, (uint16_t)offset, size, value);
}

Test(bus, pages_of_memory_reach_their_owner)
{
    static struct bus b;
    struct probe p = {.log = ""};

    bus_claim_page(&b, &(struct mmio_page){0xfee00, page_load, page_store, &p});
    cr_expect_eq(bus_load(&b, 0xfee00020, 4), 0xabcd0204);
    cr_expect_eq(bus_load(&b, 0xfee00020, 2), 0x0202);
    cr_expect_eq(bus_load(&b, 0xfee00020, 1), 0x01);
    cr_expect_eq(bus_load(&b, 0xfee01020, 4), 0xffffffff);
    cr_expect_eq(bus_load(&b, 0xfedff020, 3), 0xffffff, "nobody's memory reads as ones");
    bus_store(&b, 0xfee00ffc, 4, 0x1234);
    bus_store(&b, 0xfee01000, 4, 0x5678);
    cr_expect_str_eq(p.log, ">>ffc.4=1234 ");
}

/* Timers that log their letter, and may arm themselves again. */
struct bell {
    struct timer timer;
    struct clock *clock;
    char letter;
    uint64_t again;
    char *log;
};

static void ring(void *dev)
{
    struct bell *b = dev;
    size_t n = strlen(b->log);

    b->log[n] = b->letter;
    b->log[n + 1] = 0;
    if (b->again)
        clock_arm(b->clock, &b->timer, b->again);
    b->again = 0;
}

Test(clock, fires_in_order_of_time_then_of_addition)
{
    char log[32] = "";
    struct clock k = {.next = CLOCK_NEVER};
    struct bell b[4];

    for (unsigned i = 0; i < 4; i++) {
        b[i] = (struct bell){.timer = {.fire = ring, .dev = &b[i]}, .clock = &k, .letter = (char)('a' + i), .log = log};
        clock_add(&k, &b[i].timer);
    }
    cr_expect_eq(k.next, CLOCK_NEVER, "added is not armed");
    clock_arm(&k, &b[3].timer, 10);
    clock_arm(&k, &b[1].timer, 20);
    clock_arm(&k, &b[0].timer, 20);
    clock_arm(&k, &b[2].timer, 30);
    cr_expect_eq(k.next, 10);
    clock_fire(&k, 9);
    cr_expect_str_eq(log, "");
    clock_fire(&k, 20);
    cr_expect_str_eq(log, "dab");
    cr_expect_eq(k.next, 30);
    clock_arm(&k, &b[2].timer, CLOCK_NEVER);
    cr_expect_eq(k.next, CLOCK_NEVER, "disarmed");
    clock_fire(&k, UINT64_MAX - 1);
    cr_expect_str_eq(log, "dab");

    /* One that arms itself for a tick that is due as well fires twice, in its turn. */
    b[0].again = 45;
    clock_arm(&k, &b[0].timer, 40);
    clock_arm(&k, &b[1].timer, 42);
    clock_fire(&k, 50);
    cr_expect_str_eq(log, "dababa", "%s", log);
}

/* The two directions agree: pulse n has come by rate_tick(n), and not one tick earlier. */
Test(rate, pulses_and_ticks_are_inverse_and_do_not_drift)
{
    static const uint64_t hz[] = {1, 1000, 1193181, 1193182, 1193183, 200000000, 2400000000, 3999999999};
    static const uint64_t rate[] = {1, 18, 115200, 1193182, 28322000};

    for (unsigned h = 0; h < sizeof hz / sizeof *hz; h++)
        for (unsigned r = 0; r < sizeof rate / sizeof *rate; r++)
            for (uint64_t n = 1; n / rate[r] < (UINT64_C(1) << 62) / hz[h] && n < UINT64_C(1) << 60; n = n * 7 + 3) {
                uint64_t t = rate_tick(n, hz[h], rate[r]);

                cr_assert_geq(rate_pulses(t, hz[h], rate[r]), n);
                cr_assert_lt(rate_pulses(t - 1, hz[h], rate[r]), n);
            }
    /* A year of seconds is a year of pulses. */
    cr_expect_eq(rate_pulses(31536000 * UINT64_C(2400000000), 2400000000, 1193182), 31536000 * UINT64_C(1193182));
}

Test(tables, presets_and_events_are_complete)
{
    const struct cost_preset *p = cost_preset("p4-2003");

    cr_assert_not_null(p);
    cr_expect_eq(p, &cost_presets[0], "the default");
    cr_expect_eq(p->hz, 2400000000);
    cr_expect_eq(p->cost.insn, 1);
    cr_expect_eq(p->cost.port, 3200);
    cr_expect_null(cost_preset("p4-2004"));
    cr_expect_null(cost_preset(""));
    for (unsigned k = 0; k < EVENT_KINDS; k++) {
        cr_expect(event_info[k].name && event_info[k].doc && event_info[k].doc[0]);
        cr_expect_null(event_info[k].field[EVENT_FIELDS]);
    }
    cr_expect_str_eq(event_info[EVENT_port_out].name, "port_out");
    cr_expect_str_eq(event_info[EVENT_port_out].field[2], "value");
    cr_expect_null(event_info[EVENT_port_out].field[3]);
}
