/* SPDX-License-Identifier: MIT */
#include "interp/dev/rtc.h"

#include "interp/dev/calendar.h"
#include "interp/dev/host.h"
#include "interp/dev/rate.h"
#include "interp/state.h"

/* Registers (data sheet, figure 9). The century is memory to the chip; a PC's firmware keeps it there. */
enum { SECONDS = 0, MINUTES = 2, HOURS = 4, WEEKDAY = 6, DAY, MONTH, YEAR, REG_A, REG_B, REG_C, REG_D, CENTURY = 0x32 };
enum { A_RATE = 0x0f, A_DIVIDER = 0x70, A_UIP = 0x80, A_32KHZ = 0x20, A_RESET = 0x60, A_1KHZ = 0x06 };
enum { B_24 = 0x02, B_BINARY = 0x04, B_UIE = 0x10, B_AIE = 0x20, B_PIE = 0x40, B_SET = 0x80 };
enum { C_UF = 0x10, C_AF = 0x20, C_PF = 0x40, C_IRQ = 0x80, C_FLAGS = C_UF | C_AF | C_PF };
enum { D_VALID = 0x80, HOUR_PM = 0x80, ANY = 0xc0 };
enum { CRYSTAL = 32768, DAY_SECONDS = 86400 };
/* Before the second ends UIP is high: tBUC + tUC (data sheet, table 5 and figure 15). */
enum { UPDATE_US = 244 + 1984 };

static uint64_t now(const struct rtc *r)
{
    return r->host->now(r->host->ctx);
}

/* ---- how registers show numbers ---- */

static uint8_t encode(const struct rtc *r, unsigned v)
{
    return (uint8_t)(r->reg[REG_B] & B_BINARY ? v : v / 10 << 4 | v % 10);
}

static unsigned decode(const struct rtc *r, uint8_t v)
{
    return r->reg[REG_B] & B_BINARY ? v : (v >> 4) * 10u + (v & 15);
}

static uint8_t encode_hour(const struct rtc *r, unsigned hour)
{
    if (r->reg[REG_B] & B_24)
        return encode(r, hour);
    return (uint8_t)(encode(r, (hour + 11) % 12 + 1) | (hour >= 12 ? HOUR_PM : 0));
}

static unsigned decode_hour(const struct rtc *r, uint8_t v)
{
    if (r->reg[REG_B] & B_24)
        return decode(r, v);
    return decode(r, v & ~HOUR_PM) % 12 + (v & HOUR_PM ? 12 : 0);
}

/* ---- time ---- */

static bool stands(const struct rtc *r)
{
    return r->reg[REG_B] & B_SET || (r->reg[REG_A] & A_RESET) == A_RESET;
}

static uint64_t elapsed(const struct rtc *r)
{
    return (now(r) - r->origin) / r->host->hz;
}

/* Writes the time that is shown into the registers. */
static void show(struct rtc *r)
{
    uint64_t time = r->base + elapsed(r), days = time / DAY_SECONDS - r->base / DAY_SECONDS;
    struct date d;

    if (stands(r))
        return;
    calendar_date(time, &d);
    r->reg[SECONDS] = encode(r, d.second);
    r->reg[MINUTES] = encode(r, d.minute);
    r->reg[HOURS] = encode_hour(r, d.hour);
    r->reg[WEEKDAY] = encode(r, (unsigned)((r->weekday - 1 + days) % 7) + 1);
    r->reg[DAY] = encode(r, d.day);
    r->reg[MONTH] = encode(r, d.month);
    r->reg[YEAR] = encode(r, d.year % 100);
}

/* Goes on from the time in the registers; the second that runs began at tick `origin`. */
static void run_from(struct rtc *r, uint64_t origin)
{
    const struct date d = {.second = decode(r, r->reg[SECONDS]),
                           .minute = decode(r, r->reg[MINUTES]),
                           .hour = decode_hour(r, r->reg[HOURS]),
                           .day = decode(r, r->reg[DAY]),
                           .month = decode(r, r->reg[MONTH]),
                           .year = 2000 + decode(r, r->reg[YEAR])};
    unsigned weekday = decode(r, r->reg[WEEKDAY]);

    r->base = calendar_seconds(&d);
    r->weekday = (uint8_t)(weekday ? (weekday - 1) % 7 + 1 : 1);
    r->origin = origin;
    r->seen = elapsed(r);
}

/* The tick at which the running second began. */
static uint64_t second_began(const struct rtc *r)
{
    return r->origin + elapsed(r) * r->host->hz;
}

/* ---- flags and interrupts ---- */

/* Pulses of the crystal in a period (data sheet, table 3: rates 1 and 2 repeat 8 and 9 with this time base). */
static unsigned period_pulses(const struct rtc *r)
{
    unsigned rate = r->reg[REG_A] & A_RATE;

    return !rate ? 0 : rate < 3 ? 64u << rate : 1u << (rate - 1);
}

static uint64_t periods(const struct rtc *r)
{
    unsigned pulses = period_pulses(r);

    return pulses ? rate_pulses(now(r), r->host->hz, CRYSTAL) / pulses : 0;
}

/* An alarm byte agrees with its time byte, or with all (data sheet, "Time, Calendar and Alarm Locations"). */
static bool agrees(uint8_t alarm, uint8_t time)
{
    return (alarm & ANY) == ANY || alarm == time;
}

static bool alarm_at(const struct rtc *r, uint64_t time)
{
    unsigned s = (unsigned)(time % DAY_SECONDS);

    return agrees(r->reg[SECONDS + 1], encode(r, s % 60)) && agrees(r->reg[MINUTES + 1], encode(r, s / 60 % 60)) &&
           agrees(r->reg[HOURS + 1], encode_hour(r, s / 3600));
}

/* Raises the flags of all that has happened up to now. Of many days one is enough: alarms come daily. */
static void follow(struct rtc *r)
{
    uint64_t seconds = elapsed(r), period = periods(r);

    if (period != r->period)
        r->reg[REG_C] |= C_PF;
    r->period = period;
    if (stands(r) || seconds == r->seen)
        return;
    r->reg[REG_C] |= C_UF;
    if (seconds - r->seen > DAY_SECONDS)
        r->seen = seconds - DAY_SECONDS;
    while (r->seen < seconds)
        if (alarm_at(r, r->base + ++r->seen))
            r->reg[REG_C] |= C_AF;
}

/* The next tick that may raise a flag whose interrupt is enabled and which is not up already. */
static uint64_t next_event(const struct rtc *r)
{
    unsigned wanted = r->reg[REG_B] & ~r->reg[REG_C], pulses = period_pulses(r);
    uint64_t when = CLOCK_NEVER, tick;

    if (wanted & B_PIE && pulses)
        when = rate_tick((r->period + 1) * pulses, r->host->hz, CRYSTAL);
    tick = second_began(r) + r->host->hz;
    if (wanted & (B_UIE | B_AIE) && !stands(r) && tick < when)
        when = tick;
    return when;
}

static void update(struct rtc *r)
{
    bool level = r->reg[REG_B] & r->reg[REG_C] & C_FLAGS;

    if (level != r->irq)
        r->host->irq(r->host->irq_ctx, RTC_IRQ, level);
    r->irq = level;
    r->host->at(r->host->ctx, &r->timer, next_event(r));
}

static void fire(void *dev)
{
    struct rtc *r = dev;

    follow(r);
    update(r);
}

/* ---- registers ---- */

static uint8_t read_a(const struct rtc *r)
{
    uint64_t left = r->host->hz - (now(r) - r->origin) % r->host->hz;
    bool updating = !stands(r) && left <= r->host->hz * UPDATE_US / 1000000;

    return (uint8_t)(r->reg[REG_A] | (updating ? A_UIP : 0));
}

/* Reading takes the flags away, and with them the interrupt. */
static uint8_t read_c(struct rtc *r)
{
    uint8_t flags;

    follow(r);
    flags = (uint8_t)(r->reg[REG_C] | (r->reg[REG_B] & r->reg[REG_C] & C_FLAGS ? C_IRQ : 0));
    r->reg[REG_C] = 0;
    update(r);
    return flags;
}

static uint8_t read_register(struct rtc *r)
{
    switch (r->index) {
    case REG_A: return read_a(r);
    case REG_C: return read_c(r);
    case REG_D: return D_VALID;
    default: show(r); return r->reg[r->index];
    }
}

/* The divider, released, makes its first second half as long (data sheet, "Divider Control"). */
static void write_a(struct rtc *r, uint8_t v)
{
    bool stood = stands(r);

    show(r);
    r->reg[REG_A] = v & ~A_UIP;
    r->period = periods(r);
    if (stood && !stands(r))
        run_from(r, now(r) - r->host->hz / 2);
}

/* SET stops the registers, and the divider goes on: the phase of the seconds stays. Its rise clears UIE. */
static void write_b(struct rtc *r, uint8_t v)
{
    bool stood = stands(r);

    show(r);
    r->reg[REG_B] = v & B_SET ? v & ~B_UIE : v;
    if (stood && !stands(r))
        run_from(r, second_began(r));
}

static void write_time(struct rtc *r, uint8_t v)
{
    show(r);
    r->reg[r->index] = v;
    if (!stands(r))
        run_from(r, second_began(r));
}

static void write_register(struct rtc *r, uint8_t v)
{
    follow(r);
    switch (r->index) {
    case REG_A: write_a(r, v); break;
    case REG_B: write_b(r, v); break;
    case REG_C:
    case REG_D: break; /* read-only */
    case SECONDS:
    case MINUTES:
    case HOURS:
    case WEEKDAY:
    case DAY:
    case MONTH:
    case YEAR: write_time(r, v); break;
    default: r->reg[r->index] = v; break;
    }
    update(r);
}

/* The register's number is write-only on a PC; its bit 7 masked NMI, which nothing raises. */
uint8_t rtc_in(void *rtc, uint16_t port)
{
    return port == RTC_PORT ? 0xff : read_register(rtc);
}

void rtc_out(void *rtc, uint16_t port, uint8_t v)
{
    struct rtc *r = rtc;

    if (port == RTC_PORT)
        r->index = v & (RTC_BYTES - 1);
    else
        write_register(r, v);
}

void rtc_memory(struct rtc *r, unsigned at, uint8_t value)
{
    r->reg[at] = value;
}

/* Sunday, 19 October 2003, 9:00. */
void rtc_init(struct rtc *r, const struct dev_host *host)
{
    const struct date start = {.hour = 9, .day = 19, .month = 10, .year = 2003};

    *r = (struct rtc){.host = host, .base = calendar_seconds(&start), .weekday = 1};
    r->origin = host->now(host->ctx);
    r->reg[REG_A] = A_32KHZ | A_1KHZ;
    r->reg[REG_B] = B_24;
    r->reg[CENTURY] = 0x20;
    r->period = periods(r);
    r->timer = (struct timer){.fire = fire, .dev = r};
    host->add(host->ctx, &r->timer);
}

void rtc_state(struct state *s, struct rtc *r)
{
    state_section(s, "RTC ", 1);
    state_u8(s, &r->index);
    state_bytes(s, r->reg, sizeof r->reg);
    state_u64(s, &r->base);
    state_u8(s, &r->weekday);
    state_u64(s, &r->origin);
    state_u64(s, &r->seen);
    state_u64(s, &r->period);
    state_bool(s, &r->irq);
    state_check(s, r->index < RTC_BYTES && r->weekday >= 1 && r->weekday <= 7, "MC146818: no such register or day");
    state_check(s, r->base < UINT64_C(1) << 40, "MC146818: no such time");
    r->index &= RTC_BYTES - 1;
    dev_timer_state(s, r->host, &r->timer);
}
