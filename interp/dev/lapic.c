/* SPDX-License-Identifier: MIT */
#include "interp/dev/lapic.h"

#include "interp/dev/host.h"
#include "interp/dev/rate.h"
#include "interp/state.h"

/* Registers, by offset (SDM Vol. 3, table 11-1). */
enum {
    ID = 0x020,
    VERSION = 0x030,
    TPR = 0x080,
    APR = 0x090,
    PPR = 0x0a0,
    EOI = 0x0b0,
    LDR = 0x0d0,
    DFR = 0x0e0,
    SVR = 0x0f0,
    ISR = 0x100,
    TMR = 0x180,
    IRR = 0x200,
    ESR = 0x280,
    ICR_LOW = 0x300,
    ICR_HIGH = 0x310,
    LVT = 0x320,
    INITIAL = 0x380,
    CURRENT = 0x390,
    DIVIDE = 0x3e0
};
enum { SVR_ENABLE = 0x100, SVR_WRITABLE = 0x3ff, DFR_ONES = 0x0fffffff };
#define HIGH_BYTE 0xff000000u
/* Entries of the local vector table (figure 11-8). */
enum { LVT_VECTOR = 0xff, LVT_MODE = 0x700, LVT_MODE_SHIFT = 8, LVT_MASKED = 1 << 16, LVT_PERIODIC = 1 << 17 };
enum { LVT_POLARITY = 1 << 13, LVT_TRIGGER = 1 << 15, LVT_LINT = LVT_VECTOR | LVT_MODE | LVT_POLARITY | LVT_TRIGGER };
static const uint32_t lvt_writable[LVT_ENTRIES] = {
    [LVT_TIMER] = LVT_VECTOR | LVT_MASKED | LVT_PERIODIC,
    [LVT_THERMAL] = LVT_VECTOR | LVT_MODE | LVT_MASKED,
    [LVT_COUNTER] = LVT_VECTOR | LVT_MODE | LVT_MASKED,
    [LVT_LINT0] = LVT_LINT | LVT_MASKED,
    [LVT_LINT1] = LVT_LINT | LVT_MASKED,
    [LVT_ERROR] = LVT_VECTOR | LVT_MASKED,
};
/* ESR (figure 11-9). */
enum { SENT_ILLEGAL = 1 << 5, RECEIVED_ILLEGAL = 1 << 6, ILLEGAL_REGISTER = 1 << 7 };
enum { LEGAL_VECTOR = 16 };
/* ICR (figure 11-12). */
enum {
    ICR_LOGICAL = 1 << 11,
    ICR_ASSERT = 1 << 14,
    ICR_LEVEL = 1 << 15,
    ICR_SHORT_SHIFT = 18,
    ICR_DEFINED = 0x000ccfff
};
enum { TO_DESTINATION, TO_SELF, TO_ALL, TO_OTHERS };
enum { BROADCAST = 0xff };

/* ---- sets of 256 vectors ---- */

static void set_bit(uint32_t *set, unsigned n)
{
    set[n / 32] |= 1u << n % 32;
}

static void clear_bit(uint32_t *set, unsigned n)
{
    set[n / 32] &= ~(1u << n % 32);
}

static bool has_bit(const uint32_t *set, unsigned n)
{
    return set[n / 32] >> n % 32 & 1;
}

/* The highest vector in a set, or -1. */
static int highest(const uint32_t *set)
{
    for (int i = 7; i >= 0; i--)
        if (set[i])
            return 32 * i + 31 - __builtin_clz(set[i]);
    return -1;
}

/* ---- what comes to the processor ---- */

static bool enabled(const struct lapic *l)
{
    return l->on && l->svr & SVR_ENABLE;
}

/* Processor priority (11.8.3.1). */
static uint32_t ppr(const struct lapic *l)
{
    int service = highest(l->isr);
    uint32_t class = service < 0 ? 0 : (uint32_t)service & 0xf0;

    return (l->tpr & 0xf0) >= class ? l->tpr : class;
}

/* The vector that would be taken now, or -1. */
static int deliverable(const struct lapic *l)
{
    int v = enabled(l) ? highest(l->irr) : -1;

    return v >= 0 && ((uint32_t)v & 0xf0) > (ppr(l) & 0xf0) ? v : -1;
}

bool lapic_passes_extint(const struct lapic *l)
{
    uint32_t e = l->lvt[LVT_LINT0];

    return !l->on || (!(e & LVT_MASKED) && (e & LVT_MODE) >> LVT_MODE_SHIFT == APIC_EXTINT);
}

static void update(struct lapic *l)
{
    l->host->pin(l->host->ctx, deliverable(l) >= 0 || (l->extint && lapic_passes_extint(l)));
}

static void accept(struct lapic *l, uint8_t vector, bool level);

static void error(struct lapic *l, uint32_t bit)
{
    uint32_t e = l->lvt[LVT_ERROR];
    bool first = !(l->errors & bit);

    l->errors |= bit;
    if (first && !(e & LVT_MASKED) && (e & LVT_VECTOR) >= LEGAL_VECTOR)
        accept(l, (uint8_t)e, false);
}

/* Vectors 0 to 15 are no interrupts (11.5.2). */
static void accept(struct lapic *l, uint8_t vector, bool level)
{
    if (vector < LEGAL_VECTOR) {
        error(l, RECEIVED_ILLEGAL);
        return;
    }
    set_bit(l->irr, vector);
    if (level)
        set_bit(l->tmr, vector);
    else
        clear_bit(l->tmr, vector);
    update(l);
}

void lapic_extint(struct lapic *l, bool level)
{
    uint32_t e = l->lvt[LVT_LINT0];
    bool rises = level && !l->extint;

    l->extint = level;
    /* Wired as an ordinary input, the pin takes its vector from the entry (11.5.1). */
    if (rises && enabled(l) && !(e & LVT_MASKED) && (e & LVT_MODE) >> LVT_MODE_SHIFT == APIC_FIXED)
        accept(l, (uint8_t)e, false);
    update(l);
}

int lapic_ack(struct lapic *l)
{
    int v = deliverable(l);

    if (v < 0)
        return -1;
    clear_bit(l->irr, (unsigned)v);
    set_bit(l->isr, (unsigned)v);
    update(l);
    return v;
}

/* Is a message's destination this processor (11.6.2)? */
static bool is_for(const struct lapic *l, const struct apic_message *m)
{
    uint32_t mine = l->ldr >> 24;

    if (!m->logical)
        return m->destination == BROADCAST || m->destination == l->id >> 24;
    if (l->dfr >> 28 == 0xf) /* flat: a bit a processor */
        return m->destination & mine;
    return m->destination == BROADCAST || (m->destination >> 4 == mine >> 4 && m->destination & mine & 15);
}

bool lapic_message(struct lapic *l, const struct apic_message *m)
{
    bool interrupt = m->mode == APIC_FIXED || m->mode == APIC_LOWEST;

    /* INIT and the start-up message are for processors that wait for them; SMI has no handler here. */
    if (!l->on || !is_for(l, m) || (interrupt && !enabled(l)))
        return false;
    if (m->mode == APIC_NMI)
        l->host->nmi(l->host->ctx);
    else if (interrupt)
        accept(l, m->vector, m->level);
    return true;
}

/* ---- the timer (11.5.4) ---- */

static uint64_t pulses(const struct lapic *l)
{
    return rate_pulses(l->host->now(l->host->ctx), l->host->hz, LAPIC_HZ);
}

/* Bits 3, 1 and 0 (figure 11-10): 2, 4 ... 128, 1. */
static unsigned divisor(const struct lapic *l)
{
    unsigned n = (l->divide & 3) | (l->divide >> 1 & 4);

    return n == 7 ? 1 : 2u << n;
}

static uint32_t current_count(const struct lapic *l)
{
    uint64_t n = (pulses(l) - l->start) / divisor(l);

    if (!l->initial || (n >= l->initial && !(l->lvt[LVT_TIMER] & LVT_PERIODIC)))
        return 0;
    return l->initial - (uint32_t)(n % l->initial);
}

/* Arms for the next time that the count reaches 0, if there is one. */
static void arm(struct lapic *l)
{
    uint64_t period = (uint64_t)l->initial * divisor(l), rounds = 0, when = CLOCK_NEVER;

    if (period && (l->lvt[LVT_TIMER] & LVT_PERIODIC))
        rounds = (pulses(l) - l->start) / period;
    if (period && pulses(l) < l->start + (rounds + 1) * period)
        when = rate_tick(l->start + (rounds + 1) * period, l->host->hz, LAPIC_HZ);
    l->host->at(l->host->ctx, &l->timer, when);
}

static void start(struct lapic *l, uint32_t count)
{
    l->initial = count;
    l->start = pulses(l);
    arm(l);
}

static void fire(void *dev)
{
    struct lapic *l = dev;
    uint32_t e = l->lvt[LVT_TIMER];

    arm(l);
    if (enabled(l) && !(e & LVT_MASKED))
        accept(l, (uint8_t)e, false);
}

bool lapic_timer_wakes(const struct lapic *l)
{
    uint32_t e = l->lvt[LVT_TIMER];

    return l->timer.when != CLOCK_NEVER && enabled(l) && !(e & LVT_MASKED) && (e & 0xf0) > (ppr(l) & 0xf0);
}

/* ---- registers ---- */

static void end_of_interrupt(struct lapic *l)
{
    int v = highest(l->isr);

    if (v < 0)
        return;
    clear_bit(l->isr, (unsigned)v);
    update(l);
    if (has_bit(l->tmr, (unsigned)v))
        l->eoi(l->eoi_ctx, (uint8_t)v);
}

/* Masked while the APIC is off by SVR, whatever is written (11.4.7.2). */
static void write_lvt(struct lapic *l, unsigned i, uint32_t v)
{
    l->lvt[i] = (v & lvt_writable[i]) | (l->svr & SVR_ENABLE ? 0 : LVT_MASKED);
    if (i == LVT_TIMER)
        arm(l);
    update(l);
}

static void write_svr(struct lapic *l, uint32_t v)
{
    l->svr = v & SVR_WRITABLE;
    for (unsigned i = 0; i < LVT_ENTRIES; i++)
        write_lvt(l, i, l->lvt[i]);
}

/* The only processor sends to itself, or to nobody. */
static void send(struct lapic *l, uint32_t v)
{
    const struct apic_message m = {.vector = (uint8_t)v,
                                   .mode = v >> 8 & 7,
                                   .destination = (uint8_t)(l->icr[1] >> 24),
                                   .logical = v & ICR_LOGICAL};
    const struct apic_message self = {.vector = m.vector, .mode = m.mode, .destination = BROADCAST};
    bool interrupt = m.mode == APIC_FIXED || m.mode == APIC_LOWEST;
    unsigned to = v >> ICR_SHORT_SHIFT & 3;

    l->icr[0] = v & ICR_DEFINED;
    if (interrupt && m.vector < LEGAL_VECTOR)
        error(l, SENT_ILLEGAL);
    else if (to == TO_DESTINATION)
        (void)lapic_message(l, &m);
    else if (to == TO_ALL || (to == TO_SELF && interrupt))
        (void)lapic_message(l, &self);
}

/* One of the eight double words of a set of vectors, or NULL. */
static const uint32_t *set_word(const struct lapic *l, uint32_t reg)
{
    const uint32_t *const set[] = {l->isr, l->tmr, l->irr};

    return reg >= ISR && reg < ESR ? &set[(reg - ISR) / 0x80][(reg & 0x70) >> 4] : NULL;
}

static uint32_t read_register(struct lapic *l, uint32_t reg)
{
    const uint32_t *word = set_word(l, reg);

    if (word)
        return *word;
    if (reg >= LVT && reg < LVT + 0x10 * LVT_ENTRIES)
        return l->lvt[(reg - LVT) / 0x10];
    switch (reg) {
    case ID: return l->id;
    case VERSION: return LAPIC_VERSION;
    case TPR: return l->tpr;
    case APR: return 0; /* nobody arbitrates with one processor */
    case PPR: return ppr(l);
    case EOI: return 0;
    case LDR: return l->ldr;
    case DFR: return l->dfr;
    case SVR: return l->svr;
    case ESR: return l->esr;
    case ICR_LOW: return l->icr[0];
    case ICR_HIGH: return l->icr[1];
    case INITIAL: return l->initial;
    case CURRENT: return current_count(l);
    case DIVIDE: return l->divide;
    default: error(l, ILLEGAL_REGISTER); return 0;
    }
}

static void write_register(struct lapic *l, uint32_t reg, uint32_t v)
{
    if (reg >= LVT && reg < LVT + 0x10 * LVT_ENTRIES) {
        write_lvt(l, (reg - LVT) / 0x10, v);
        return;
    }
    switch (reg) {
    case ID: l->id = v & HIGH_BYTE; break;
    case TPR:
        l->tpr = v & 0xff;
        update(l);
        break;
    case EOI: end_of_interrupt(l); break;
    case LDR: l->ldr = v & HIGH_BYTE; break;
    case DFR: l->dfr = v | DFR_ONES; break;
    case SVR: write_svr(l, v); break;
    case ESR: /* a write shows what has been gathered (11.5.3) */
        l->esr = l->errors;
        l->errors = 0;
        break;
    case ICR_LOW: send(l, v); break;
    case ICR_HIGH: l->icr[1] = v & HIGH_BYTE; break;
    case INITIAL: start(l, v); break;
    case DIVIDE:
        l->divide = v & 0xb;
        start(l, l->initial);
        break;
    case VERSION:
    case APR:
    case PPR:
    case CURRENT: break; /* read-only */
    default:
        if (!set_word(l, reg))
            error(l, ILLEGAL_REGISTER);
        break;
    }
}

/* Registers are 32 bits on 16-byte boundaries; parts of one can be read, and written only whole (11.4.1). */
uint32_t lapic_load(void *lapic, uint32_t offset, unsigned size)
{
    struct lapic *l = lapic;

    (void)size;
    if (!l->on)
        return UINT32_MAX;
    return (offset & 0xc) ? 0 : read_register(l, offset & ~3u) >> 8 * (offset & 3);
}

void lapic_store(void *lapic, uint32_t offset, unsigned size, uint32_t v)
{
    struct lapic *l = lapic;

    if (l->on && size == 4 && !(offset & 15))
        write_register(l, offset, v);
}

/* ---- IA32_APIC_BASE (11.4.4) ---- */

enum { BASE_BSP = 0x100, BASE_EN = 0x800 };

uint64_t lapic_base(const struct lapic *l)
{
    return (uint64_t)LAPIC_PAGE << 12 | BASE_BSP | (l->on ? BASE_EN : 0);
}

int lapic_set_base(struct lapic *l, uint64_t v)
{
    if ((v ^ lapic_base(l)) & ~(uint64_t)(BASE_EN | BASE_BSP))
        return -1;
    l->on = v & BASE_EN;
    update(l);
    return 0;
}

void lapic_init(struct lapic *l, const struct dev_host *host)
{
    *l = (struct lapic){.on = true, .dfr = UINT32_MAX, .svr = SVR_ENABLE | 0xff, .host = host};
    for (unsigned i = 0; i < LVT_ENTRIES; i++)
        l->lvt[i] = LVT_MASKED;
    l->lvt[LVT_LINT0] = APIC_EXTINT << LVT_MODE_SHIFT | LVT_TRIGGER;
    l->lvt[LVT_LINT1] = APIC_NMI << LVT_MODE_SHIFT;
    l->timer = (struct timer){.fire = fire, .dev = l};
    host->add(host->ctx, &l->timer);
}

void lapic_state(struct state *s, struct lapic *l)
{
    uint32_t *word[] = {&l->id,     &l->tpr, &l->ldr,    &l->dfr,     &l->svr,   &l->icr[0],
                        &l->icr[1], &l->esr, &l->errors, &l->initial, &l->divide};
    uint32_t *set[] = {l->irr, l->isr, l->tmr};

    state_section(s, "APIC", 1);
    state_bool(s, &l->on);
    for (unsigned i = 0; i < sizeof word / sizeof *word; i++)
        state_u32(s, word[i]);
    for (unsigned i = 0; i < LVT_ENTRIES; i++)
        state_u32(s, &l->lvt[i]);
    for (unsigned i = 0; i < sizeof set / sizeof *set; i++)
        for (unsigned n = 0; n < 8; n++)
            state_u32(s, &set[i][n]);
    state_u64(s, &l->start);
    state_bool(s, &l->extint);
    state_check(s, l->start <= pulses(l), "APIC: its timer starts in the future");
    dev_timer_state(s, l->host, &l->timer);
    if (state_loading(s))
        update(l);
}
