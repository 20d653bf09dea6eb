/* SPDX-License-Identifier: MIT */
#include "interp/dev/counter.h"

#include "interp/state.h"

static bool periodic(const struct counter *c)
{
    return c->mode == 2 || c->mode == 3;
}

/* Started by GATE's rise, not by a count. */
static bool triggered(const struct counter *c)
{
    return c->mode == 1 || c->mode == 5;
}

static uint32_t largest(const struct counter *c)
{
    return c->bcd ? 10000 : 65536;
}

/* The first part of a period, in which OUT is high. */
static uint64_t high(const struct counter *c)
{
    return c->mode == 3 ? ((uint64_t)c->n + 1) / 2 : (uint64_t)c->n - 1;
}

/* Has the pulse that loads come? (`start` may lie before pulse 0, and is then a large number.) */
static bool loaded(const struct counter *c, uint64_t p)
{
    return (int64_t)(p - c->start) >= 0;
}

/* Pulses counted. The pulse after a write or trigger loads; until then nothing is. */
static uint64_t elapsed(const struct counter *c, uint64_t p)
{
    if (c->held)
        return c->at;
    return loaded(c, p) ? p - c->start : 0;
}

static void hold(struct counter *c, uint64_t p)
{
    if (c->started && !c->held) {
        c->at = elapsed(c, p);
        c->held = true;
    }
}

static void release(struct counter *c, uint64_t p)
{
    if (c->held) {
        c->start = p - c->at;
        c->held = false;
    }
}

/* The next pulse loads CR into the counting element. */
static void begin(struct counter *c, uint64_t p)
{
    c->low = c->mode == 1 && !counter_out(c, p);
    c->n = c->reload;
    c->start = p + 1;
    c->at = 0;
    c->started = true;
    c->held = !c->gate && !triggered(c);
    c->change = PULSE_NEVER;
}

void counter_mode(struct counter *c, unsigned mode, bool bcd)
{
    *c = (struct counter){.mode = (uint8_t)mode, .bcd = bcd, .gate = c->gate, .change = PULSE_NEVER};
    c->n = c->reload = largest(c);
}

static uint32_t from_bcd(unsigned v)
{
    return (v >> 12 & 15) * 1000 + (v >> 8 & 15) * 100 + (v >> 4 & 15) * 10 + (v & 15);
}

static uint16_t to_bcd(uint32_t v)
{
    return (uint16_t)(v / 1000 % 10 << 12 | v / 100 % 10 << 8 | v / 10 % 10 << 4 | v % 10);
}

/* The end of the current period (mode 2) or half-period (mode 3): where a new count takes over. */
static uint64_t period_end(const struct counter *c, uint64_t p)
{
    uint64_t e = elapsed(c, p), in = e % c->n, first = c->mode == 3 ? high(c) : c->n;

    return c->start + (e - in) + (in < first ? first : c->n);
}

void counter_load(struct counter *c, uint64_t p, unsigned count)
{
    uint32_t n = c->bcd ? from_bcd(count) : count;

    counter_sync(c, p);
    c->reload = n && n <= largest(c) ? n : largest(c); /* more than 10000: digits that are none */
    c->written = true;
    if (triggered(c))
        return;
    if (!periodic(c) || !c->started || c->held)
        begin(c, p);
    else
        c->change = period_end(c, p);
}

void counter_half(struct counter *c, uint64_t p)
{
    if (c->mode != 0)
        return;
    counter_sync(c, p);
    /* "Writing the first byte disables counting. OUT is set low immediately." */
    c->at = 0;
    c->held = c->started;
}

void counter_gate(struct counter *c, uint64_t p, bool level)
{
    if (level == c->gate)
        return;
    counter_sync(c, p);
    c->gate = level;
    if (triggered(c)) {
        if (level && c->written)
            begin(c, p);
    } else if (!level) {
        hold(c, p);
    } else if (periodic(c) && c->written) {
        begin(c, p); /* the rise reloads */
    } else {
        release(c, p);
    }
}

void counter_sync(struct counter *c, uint64_t p)
{
    if (c->change == PULSE_NEVER || c->held || p < c->change)
        return;
    /* Mode 3 changes counts in mid-period too: the new period began as long before as its high half lasts. */
    bool low_half = c->mode == 3 && (c->change - c->start) % c->n != 0;

    c->n = c->reload;
    c->start = c->change - (low_half ? high(c) : 0);
    c->change = PULSE_NEVER;
}

bool counter_out(const struct counter *c, uint64_t p)
{
    uint64_t e = elapsed(c, p);

    if (!c->started)
        return c->mode != 0;
    if (periodic(c)) /* GATE low forces OUT high */
        return c->held || e % c->n < high(c);
    if (c->mode == 0)
        return e >= c->n;
    if (c->mode == 1)
        return loaded(c, p) ? e >= c->n : !c->low;
    return e != c->n;
}

uint16_t counter_value(const struct counter *c, uint64_t p)
{
    uint64_t e = elapsed(c, p), left;

    if (!c->started) {
        left = c->reload;
    } else if (c->mode == 3) { /* down by two, twice a period */
        e %= c->n;
        left = (c->n & ~1u) - 2 * (e < high(c) ? e : e - high(c));
    } else if (c->mode == 2) {
        left = c->n - e % c->n;
    } else { /* past zero it goes on from the top */
        left = c->n + largest(c) - e % largest(c);
    }
    left %= largest(c);
    return c->bcd ? to_bcd((uint32_t)left) : (uint16_t)left;
}

bool counter_null(const struct counter *c, uint64_t p)
{
    return !c->started || !loaded(c, p) || c->change != PULSE_NEVER || c->n != c->reload;
}

static uint64_t periodic_edge(const struct counter *c, uint64_t p)
{
    uint64_t e = elapsed(c, p), in = e % c->n, up = high(c);

    if (!up || up == c->n) /* a count of 1, which the data sheet forbids: OUT stands still */
        return c->change;
    return c->start + (e - in) + (in < up ? up : c->n);
}

static uint64_t single_edge(const struct counter *c, uint64_t p)
{
    uint64_t e = elapsed(c, p);

    if (c->mode == 1 && !loaded(c, p) && !c->low)
        return c->start;
    if (e < c->n)
        return c->start + c->n;
    return c->mode >= 4 && e == c->n ? c->start + c->n + 1 : PULSE_NEVER;
}

uint64_t counter_edge(const struct counter *c, uint64_t p)
{
    uint64_t edge;

    if (!c->started || c->held)
        return PULSE_NEVER;
    edge = periodic(c) ? periodic_edge(c, p) : single_edge(c, p);
    return edge > p ? edge : PULSE_NEVER; /* in a loaded state anything may stand */
}

void counter_state(struct state *s, struct counter *c)
{
    state_u8(s, &c->mode);
    state_bool(s, &c->bcd);
    state_bool(s, &c->gate);
    state_bool(s, &c->written);
    state_bool(s, &c->started);
    state_bool(s, &c->held);
    state_bool(s, &c->low);
    state_u32(s, &c->reload);
    state_u32(s, &c->n);
    state_u64(s, &c->start);
    state_u64(s, &c->at);
    state_u64(s, &c->change);
    state_check(s, c->mode <= 5, "8254: no such mode");
    state_check(s, c->n && c->n <= largest(c) && c->reload && c->reload <= largest(c), "8254: no such count");
}
