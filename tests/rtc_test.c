/* SPDX-License-Identifier: MIT */
/* The real-time clock against its data sheet (Motorola MC146818A), and the calendar it goes by. */
#include <criterion/criterion.h>

#include "interp/dev/calendar.h"
#include "interp/dev/rtc.h"
#include "interp/state.h"
#include "tests/support/fake_host.h"

enum { HZ = 1000000 };
enum { A = 10, B, C, D };

static struct fake_host f;
static struct rtc r;

static void out(unsigned reg, uint8_t v)
{
    rtc_out(&r, 0x70, (uint8_t)reg);
    rtc_out(&r, 0x71, v);
}

static uint8_t in(unsigned reg)
{
    rtc_out(&r, 0x70, (uint8_t)reg);
    return rtc_in(&r, 0x71);
}

static void start(void)
{
    fake_host_init(&f, HZ);
    rtc_init(&r, &f.host);
}

static void set(uint8_t b, uint8_t hour, uint8_t minute, uint8_t second)
{
    out(B, b | 0x80);
    out(0, second), out(2, minute), out(4, hour);
    out(B, b);
}

static void shows(uint8_t hour, uint8_t minute, uint8_t second)
{
    cr_expect_eq(in(4), hour, "hour %02x", in(4));
    cr_expect_eq(in(2), minute, "minute %02x", in(2));
    cr_expect_eq(in(0), second, "second %02x", in(0));
}

Test(rtc, calendar_knows_leap_years_and_weekdays)
{
    static const struct date known[] = {
        {.weekday = 7, .day = 1, .month = 1, .year = 2000},   {.weekday = 3, .day = 29, .month = 2, .year = 2000},
        {.weekday = 2, .day = 28, .month = 2, .year = 2100},  {.weekday = 2, .day = 1, .month = 3, .year = 2100},
        {.weekday = 5, .day = 29, .month = 2, .year = 2024},  {.weekday = 1, .day = 19, .month = 10, .year = 2003},
        {.weekday = 4, .day = 31, .month = 12, .year = 2098},
    };
    static const unsigned weekday_2100[] = {1, 2};
    uint64_t before;
    struct date d;

    for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
        calendar_date(calendar_seconds(&known[i]) + 86399, &d);
        cr_expect(d.day == known[i].day && d.month == known[i].month && d.year == known[i].year, "%u", i);
        cr_expect(d.hour == 23 && d.minute == 59 && d.second == 59, "%u", i);
        if (known[i].year != 2100)
            cr_expect_eq(d.weekday, known[i].weekday, "%u: %u", i, d.weekday);
    }
    calendar_date(calendar_seconds(&known[2]), &d);
    cr_expect_eq(d.weekday, weekday_2100[0], "28 February 2100 is a Sunday");
    calendar_date(calendar_seconds(&known[2]) + 86400, &d);
    cr_expect(d.month == 3 && d.day == 1 && d.weekday == weekday_2100[1], "2100 is no leap year");
    before = calendar_seconds(&known[0]);
    for (unsigned day = 1; day < 40000; day++) { /* there and back, every day of a century */
        calendar_date(before + day * UINT64_C(86400), &d);
        cr_assert_eq(calendar_seconds(&d), before + day * UINT64_C(86400), "%u-%u-%u", d.year, d.month, d.day);
    }
}

Test(rtc, time_passes_in_every_format)
{
    start();
    shows(0x09, 0x00, 0x00);
    cr_expect_eq(in(6), 1);
    cr_expect_eq(in(7), 0x19);
    cr_expect_eq(in(8), 0x10);
    cr_expect_eq(in(9), 0x03);
    cr_expect_eq(in(0x32), 0x20);
    cr_expect_eq(in(D), 0x80, "VRT");
    fake_host_run(&f, 61 * (uint64_t)HZ);
    shows(0x09, 0x01, 0x01);
    set(0x02, 0x23, 0x59, 0x59);
    fake_host_run(&f, f.now + HZ);
    shows(0x00, 0x00, 0x00);
    cr_expect_eq(in(6), 2, "a day later");
    cr_expect_eq(in(7), 0x20);
    set(0x00, 0x92, 0x00, 0x00); /* 12 p.m. is noon */
    fake_host_run(&f, f.now + 3600 * (uint64_t)HZ);
    shows(0x81, 0x00, 0x00);
    set(0x06, 12, 58, 59); /* binary */
    fake_host_run(&f, f.now + HZ);
    shows(12, 59, 0);
}

/* "Set": the time stands while it is 1, and the divider goes on; "Divider Control": half a second after the release. */
Test(rtc, set_and_divider_stop_the_time)
{
    start();
    fake_host_run(&f, HZ / 4);
    out(B, 0x82);
    fake_host_run(&f, 10 * (uint64_t)HZ + HZ / 2);
    shows(0x09, 0x00, 0x00);
    cr_expect_eq(in(A)&0x80, 0, "no update in progress");
    out(B, 0x02);
    fake_host_run(&f, 11 * (uint64_t)HZ - 1);
    shows(0x09, 0x00, 0x00);
    fake_host_run(&f, 11 * (uint64_t)HZ);
    shows(0x09, 0x00, 0x01);
    out(A, 0x66);
    fake_host_run(&f, 20 * (uint64_t)HZ + 7);
    shows(0x09, 0x00, 0x01);
    out(A, 0x26);
    fake_host_run(&f, f.now + HZ / 2 - 1);
    shows(0x09, 0x00, 0x01);
    fake_host_run(&f, f.now + 1);
    shows(0x09, 0x00, 0x02);
}

Test(rtc, update_in_progress_for_the_end_of_each_second)
{
    start();
    fake_host_run(&f, HZ - 2229);
    cr_expect_eq(in(A), 0x26);
    fake_host_run(&f, HZ - 2228);
    cr_expect_eq(in(A), 0xa6);
    fake_host_run(&f, HZ);
    cr_expect_eq(in(A), 0x26);
}

Test(rtc, update_ended_interrupt_once_a_second_until_c_is_read)
{
    start();
    out(B, 0x12);
    fake_host_run(&f, HZ - 1);
    cr_expect_not(f.line[8]);
    fake_host_run(&f, HZ);
    cr_expect(f.line[8]);
    fake_host_run(&f, 5 * (uint64_t)HZ);
    cr_expect_eq(f.rises[8], 1, "the line stays up");
    cr_expect_eq(in(C), 0x90 | 0x40, "and PF is up too, unasked for");
    cr_expect_not(f.line[8]);
    cr_expect_eq(in(C), 0x00);
    fake_host_run(&f, 6 * (uint64_t)HZ);
    cr_expect_eq(f.rises[8], 2);
    out(B, 0x92);
    cr_expect_eq(in(B), 0x82, "SET clears UIE");
}

/* Table 3, with a time base of 32.768 kHz. */
Test(rtc, periodic_interrupt_at_every_rate)
{
    static const unsigned hz[16] = {0, 256, 128, 8192, 4096, 2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2};

    for (unsigned rate = 0; rate < 16; rate++) {
        uint64_t seconds = 4;

        start();
        out(A, (uint8_t)(0x20 | rate));
        out(B, 0x42);
        for (uint64_t t = 0; t <= seconds * HZ; t += 50) {
            fake_host_run(&f, t);
            if (f.line[8])
                cr_assert_eq(in(C)&0xc0, 0xc0);
        }
        cr_expect_eq(f.rises[8], hz[rate] * seconds, "rate %u: %u", rate, f.rises[8]);
    }
}

Test(rtc, alarm_with_and_without_dont_care)
{
    start();
    out(1, 0x05), out(3, 0x00), out(5, 0x09);
    out(B, 0x22);
    fake_host_run(&f, 5 * (uint64_t)HZ - 1);
    cr_expect_not(f.line[8]);
    fake_host_run(&f, 5 * (uint64_t)HZ);
    cr_expect(f.line[8]);
    cr_expect_eq(in(C)&0xb0, 0xb0);
    fake_host_run(&f, 86404 * (uint64_t)HZ);
    cr_expect_eq(in(C)&0xa0, 0, "none in between");
    fake_host_run(&f, 86405 * (uint64_t)HZ);
    cr_expect_eq(in(C)&0xa0, 0xa0, "and again the next day");
    out(3, 0xff), out(5, 0xc0);
    fake_host_run(&f, f.now + 60 * (uint64_t)HZ);
    cr_expect_eq(in(C)&0xa0, 0xa0, "each minute");
}

Test(rtc, memory_and_state)
{
    struct rtc other;
    struct state s, l;

    start();
    for (unsigned i = 14; i < 128; i++)
        out(i, (uint8_t)(i * 5));
    for (unsigned i = 14; i < 128; i++)
        cr_assert_eq(in(i | 0x80), (uint8_t)(i * 5), "%u: bit 7 is the NMI mask", i);
    cr_expect_eq(rtc_in(&r, 0x70), 0xff);
    out(B, 0x12);
    fake_host_run(&f, HZ / 3);
    state_init_save(&s);
    rtc_state(&s, &r);
    other = r;
    fake_host_run(&f, 9 * (uint64_t)HZ);
    (void)in(C);
    state_init_load(&l, s.data, s.size);
    f.now = HZ / 3;
    rtc_state(&l, &r);
    cr_assert_eq(l.error[0], 0, "%s", l.error);
    cr_expect(r.base == other.base && r.origin == other.origin && r.timer.when == HZ);
    state_free(&s);
}
