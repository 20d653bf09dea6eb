/* SPDX-License-Identifier: MIT */
#include "interp/dev/pit.h"

#include "interp/dev/host.h"
#include "interp/dev/rate.h"
#include "interp/state.h"

enum { RW_LOW = 1, RW_HIGH = 2, RW_BOTH = 3 };
enum { READ_BACK = 3, READ_BACK_NO_COUNT = 0x20, READ_BACK_NO_STATUS = 0x10 };
enum { STATUS_OUT = 0x80, STATUS_NULL = 0x40 };
enum { P61_GATE2 = 0x01, P61_WRITABLE = 0x0f, P61_REFRESH = 0x10, P61_OUT2 = 0x20 };

/* More than this many changes of OUT at once leave no other trace than the last of them. */
enum { EDGES_AT_ONCE = 4 };

static uint64_t pulse_now(const struct pit *p)
{
    return rate_pulses(p->host->now(p->host->ctx), p->host->hz, PIT_HZ);
}

static void set_irq(struct pit *p, bool level)
{
    if (level != p->irq)
        p->host->irq(p->host->irq_ctx, 0, level);
    p->irq = level;
}

static void arm(struct pit *p)
{
    uint64_t when = p->edge == PULSE_NEVER ? CLOCK_NEVER : rate_tick(p->edge, p->host->hz, PIT_HZ);

    /* Past the end of time, in a state that was loaded: never. */
    if (when <= p->host->now(p->host->ctx))
        when = CLOCK_NEVER;
    p->host->at(p->host->ctx, &p->timer, when);
}

/* Counter 0's OUT, brought to pulse `now` change by change: an instruction may take longer than a period. */
static void follow(struct pit *p, uint64_t now)
{
    struct counter *c = &p->counter[0];

    for (unsigned i = 0; i < EDGES_AT_ONCE && p->edge <= now; i++) {
        uint64_t edge = p->edge;

        counter_sync(c, edge);
        set_irq(p, counter_out(c, edge));
        p->edge = counter_edge(c, edge);
    }
    counter_sync(c, now);
    set_irq(p, counter_out(c, now));
    p->edge = counter_edge(c, now);
}

static void fire(void *dev)
{
    struct pit *p = dev;

    follow(p, pulse_now(p));
    arm(p);
}

static void latch_count(struct pit *p, unsigned i, uint64_t now)
{
    struct pit_access *a = &p->access[i];

    if (a->latched) /* "the count is held until it is read": a second latch is ignored */
        return;
    counter_sync(&p->counter[i], now);
    a->latch = counter_value(&p->counter[i], now);
    a->latched = true;
}

static void latch_status(struct pit *p, unsigned i, uint64_t now)
{
    struct pit_access *a = &p->access[i];
    struct counter *c = &p->counter[i];

    if (a->has_status)
        return;
    counter_sync(c, now);
    a->status = (uint8_t)((counter_out(c, now) ? STATUS_OUT : 0) | (counter_null(c, now) ? STATUS_NULL : 0) |
                          a->rw << 4 | c->mode << 1 | c->bcd);
    a->has_status = true;
}

static void read_back(struct pit *p, uint8_t v, uint64_t now)
{
    for (unsigned i = 0; i < PIT_COUNTERS; i++) {
        if (!(v >> (i + 1) & 1))
            continue;
        if (!(v & READ_BACK_NO_COUNT))
            latch_count(p, i, now);
        if (!(v & READ_BACK_NO_STATUS))
            latch_status(p, i, now);
    }
}

/* Port 43h (data sheet, "Control Word Format"). */
static void control(struct pit *p, uint8_t v, uint64_t now)
{
    unsigned i = v >> 6, rw = v >> 4 & 3, mode = v >> 1 & 7;

    if (i == READ_BACK) {
        read_back(p, v, now);
    } else if (rw == 0) {
        latch_count(p, i, now);
    } else {
        p->access[i] = (struct pit_access){.rw = (uint8_t)rw};
        counter_mode(&p->counter[i], mode > 5 ? mode - 4 : mode, v & 1);
    }
}

static void write_count(struct pit *p, unsigned i, uint8_t v, uint64_t now)
{
    struct pit_access *a = &p->access[i];
    struct counter *c = &p->counter[i];

    if (a->rw == RW_BOTH && !a->second_out) {
        a->low = v;
        a->second_out = true;
        counter_half(c, now);
        return;
    }
    a->second_out = false;
    if (a->rw == RW_BOTH)
        counter_load(c, now, (unsigned)v << 8 | a->low);
    else
        counter_load(c, now, a->rw == RW_LOW ? v : (unsigned)v << 8);
}

void pit_out(void *pit, uint16_t port, uint8_t v)
{
    struct pit *p = pit;
    uint64_t now = pulse_now(p);

    follow(p, now);
    if ((port & 3) == 3)
        control(p, v, now);
    else
        write_count(p, port & 3, v, now);
    set_irq(p, counter_out(&p->counter[0], now));
    p->edge = counter_edge(&p->counter[0], now);
    arm(p);
}

uint8_t pit_in(void *pit, uint16_t port)
{
    struct pit *p = pit;
    unsigned i = port & 3;
    uint64_t now = pulse_now(p);
    struct pit_access *a;
    uint16_t v;
    bool high;

    if (i == 3) /* the control word register cannot be read */
        return 0xff;
    a = &p->access[i];
    if (a->has_status) {
        a->has_status = false;
        return a->status;
    }
    counter_sync(&p->counter[i], now);
    v = a->latched ? a->latch : counter_value(&p->counter[i], now);
    high = a->rw == RW_HIGH || (a->rw == RW_BOTH && a->second_in);
    if (a->rw == RW_BOTH)
        a->second_in = !a->second_in;
    if (!a->second_in)
        a->latched = false;
    return (uint8_t)(high ? v >> 8 : v);
}

/* Refresh requests came every 15 us, 18 pulses; the bit turns with each, and programs measure short times with it. */
uint8_t pit_port61_in(void *pit, uint16_t port)
{
    struct pit *p = pit;
    uint64_t now = pulse_now(p);

    (void)port;
    counter_sync(&p->counter[2], now);
    return (uint8_t)(p->port61 | (now / 18 % 2 ? P61_REFRESH : 0) | (counter_out(&p->counter[2], now) ? P61_OUT2 : 0));
}

void pit_port61_out(void *pit, uint16_t port, uint8_t v)
{
    struct pit *p = pit;

    (void)port;
    p->port61 = v & P61_WRITABLE;
    counter_gate(&p->counter[2], pulse_now(p), v & P61_GATE2);
}

void pit_init(struct pit *p, const struct dev_host *host)
{
    *p = (struct pit){.host = host, .edge = PULSE_NEVER, .timer = {.fire = fire, .dev = p}};
    host->add(host->ctx, &p->timer);
    for (unsigned i = 0; i < PIT_COUNTERS; i++) {
        p->counter[i].gate = i != 2;
        counter_mode(&p->counter[i], i == 0 ? 2 : 3, false);
        p->access[i].rw = RW_BOTH;
    }
    pit_out(p, 0x40, 0);
    pit_out(p, 0x40, 0);
}

static void access_state(struct state *s, struct pit_access *a)
{
    state_u8(s, &a->rw);
    state_bool(s, &a->second_out);
    state_bool(s, &a->second_in);
    state_u8(s, &a->low);
    state_bool(s, &a->latched);
    state_u16(s, &a->latch);
    state_bool(s, &a->has_status);
    state_u8(s, &a->status);
    state_check(s, a->rw >= RW_LOW && a->rw <= RW_BOTH, "8254: no such access mode");
}

void pit_state(struct state *s, struct pit *p)
{
    state_section(s, "PIT ", 1);
    for (unsigned i = 0; i < PIT_COUNTERS; i++) {
        counter_state(s, &p->counter[i]);
        access_state(s, &p->access[i]);
    }
    state_u64(s, &p->edge);
    state_bool(s, &p->irq);
    state_u8(s, &p->port61);
    dev_timer_state(s, p->host, &p->timer);
}
