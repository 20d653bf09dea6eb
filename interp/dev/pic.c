/* SPDX-License-Identifier: MIT */
#include "interp/dev/pic.h"

#include "interp/dev/host.h"
#include "interp/state.h"

enum { MASTER, SLAVE };
enum { CASCADE = 2, NONE = -1 };

enum { ICW1 = 0x10, ICW1_IC4 = 0x01, ICW1_SNGL = 0x02, ICW1_LTIM = 0x08 };
enum { ICW4_AEOI = 0x02, ICW4_SFNM = 0x10 };
enum { OCW3 = 0x08, OCW3_RIS = 0x01, OCW3_RR = 0x02, OCW3_P = 0x04, OCW3_SMM = 0x20, OCW3_ESMM = 0x40 };

/* The ELCR cannot make system timer, keyboard, cascade, clock and coprocessor level-triggered (82371AB, 4.2.5). */
static const uint8_t elcr_writable[2] = {0xf8, 0xde};

/* The pin of highest priority in a set, in rotated order, or NONE. */
static int highest(const struct pic *c, unsigned set)
{
    for (unsigned i = 1; i <= 8; i++) {
        unsigned pin = (c->lowest + i) & 7;

        if (set >> pin & 1)
            return (int)pin;
    }
    return NONE;
}

/* How far a pin is from the top: 0 is the highest priority. */
static unsigned rank(const struct pic *c, int pin)
{
    return ((unsigned)pin - c->lowest - 1) & 7;
}

/* The request that would be acknowledged now if `irr` were requested, or NONE. */
static int candidate(const struct pic *c, unsigned irr)
{
    int request = highest(c, irr & ~c->imr & 0xffu);
    /* In special mask mode a masked pin in service holds nobody off (data sheet, "Special Mask Mode"). */
    int service = highest(c, c->special ? c->isr & ~c->imr & 0xffu : c->isr);

    if (request == NONE || service == NONE)
        return request;
    /* Special fully nested: the master lets further requests of a slave in service through. */
    if (c->nested && request == service && request == CASCADE)
        return request;
    return rank(c, request) < rank(c, service) ? request : NONE;
}

/*
 * One pin of one chip. Edge-triggered, a request is made by the rise, and lives as long as the pin stays high (data
 * sheet, "IR triggering timing": a request that is gone before INTA ends as a default IR7).
 */
static void set_pin(struct pic *c, unsigned pin, bool level)
{
    uint8_t bit = (uint8_t)(1u << pin);
    bool rises = level && !(c->pins & bit);

    c->pins = (uint8_t)(level ? c->pins | bit : c->pins & ~bit);
    if (!level)
        c->irr &= (uint8_t)~bit;
    else if (rises || c->level & bit)
        c->irr |= bit;
}

static void update(struct pic_pair *p)
{
    set_pin(&p->chip[MASTER], CASCADE, candidate(&p->chip[SLAVE], p->chip[SLAVE].irr) != NONE);
    p->host->intr(p->host->irq_ctx, candidate(&p->chip[MASTER], p->chip[MASTER].irr) != NONE);
}

void pic_line(struct pic_pair *p, unsigned irq, bool level)
{
    if (irq >= 16 || irq == CASCADE)
        return;
    set_pin(&p->chip[irq >> 3], irq & 7, level);
    update(p);
}

bool pic_passes(const struct pic_pair *p, unsigned irq)
{
    unsigned pin = irq & 7;

    if (irq >= 8) {
        if (candidate(&p->chip[SLAVE], 1u << pin) == NONE)
            return false;
        pin = CASCADE;
    }
    return candidate(&p->chip[MASTER], 1u << pin) != NONE;
}

/* End of interrupt for one pin; `rotate` makes it the lowest. */
static void end(struct pic *c, int pin, bool rotate)
{
    if (pin == NONE)
        return;
    c->isr &= (uint8_t) ~(1u << pin);
    if (rotate)
        c->lowest = (uint8_t)pin;
}

/* One chip's part of the INTA cycle. Returns the pin, 7 when the request has gone. */
static int acknowledge(struct pic *c)
{
    int pin = candidate(c, c->irr);

    if (pin == NONE)
        return NONE;
    c->isr |= (uint8_t)(1u << pin);
    if (!(c->level >> pin & 1))
        c->irr &= (uint8_t) ~(1u << pin);
    if (c->auto_eoi)
        end(c, pin, c->rotate_aeoi);
    return pin;
}

/* INT falls with INTA, so that a further request of the slave is a new edge for the master. */
static int acknowledge_slave(struct pic_pair *p)
{
    int pin = acknowledge(&p->chip[SLAVE]);

    set_pin(&p->chip[MASTER], CASCADE, false);
    return pin;
}

static uint8_t vector(const struct pic *c, int pin)
{
    return (uint8_t)(c->base + (pin == NONE ? 7 : pin));
}

uint8_t pic_ack(struct pic_pair *p)
{
    int pin = acknowledge(&p->chip[MASTER]);
    uint8_t v = vector(&p->chip[MASTER], pin);

    if (pin == CASCADE)
        v = vector(&p->chip[SLAVE], acknowledge_slave(p));
    update(p);
    return v;
}

/* ICW1 starts the sequence anew (data sheet, "Initialization Command Words 1 and 2", a to f). Pins must rise again. */
static void init_command(struct pic *c, uint8_t v)
{
    uint8_t level = v & ICW1_LTIM ? 0xff : c->elcr;

    *c = (struct pic){.pins = c->pins, .elcr = c->elcr, .base = c->base, .level = level, .lowest = 7, .icw = 2};
    c->ltim = v & ICW1_LTIM;
    c->single = v & ICW1_SNGL;
    c->icw4 = v & ICW1_IC4;
    c->irr = c->pins & c->level;
}

/* ICW2 to ICW4, in the order that ICW1 announced. The 8080 mode of ICW4.0 = 0 is not built: a vector it is. */
static void init_word(struct pic *c, uint8_t v)
{
    switch (c->icw) {
    case 2:
        c->base = v & 0xf8;
        c->icw = !c->single ? 3 : c->icw4 ? 4 : 0;
        break;
    case 3:
        c->icw3 = v;
        c->icw = c->icw4 ? 4 : 0;
        break;
    default:
        c->auto_eoi = v & ICW4_AEOI;
        c->nested = v & ICW4_SFNM;
        c->icw = 0;
        break;
    }
}

/* The pin a non-specific EOI ends: in special mask mode, never a masked one (data sheet, "End of Interrupt"). */
static int in_service(const struct pic *c)
{
    return highest(c, c->special ? c->isr & ~c->imr & 0xffu : c->isr);
}

/* OCW2: R, SL, EOI in bits 7 to 5 (data sheet, figure 8). */
static void ocw2(struct pic *c, uint8_t v)
{
    int pin = v & 7;

    switch (v >> 5) {
    case 0: c->rotate_aeoi = false; break;
    case 1: end(c, in_service(c), false); break;
    case 2: break; /* no operation */
    case 3: end(c, pin, false); break;
    case 4: c->rotate_aeoi = true; break;
    case 5: end(c, in_service(c), true); break;
    case 6: c->lowest = (uint8_t)pin; break;
    default: end(c, pin, true); break;
    }
}

static void ocw3(struct pic *c, uint8_t v)
{
    if (v & OCW3_ESMM)
        c->special = v & OCW3_SMM;
    if (v & OCW3_P)
        c->poll = true;
    else if (v & OCW3_RR)
        c->read_isr = v & OCW3_RIS;
}

static struct pic *chip_of(struct pic_pair *p, uint16_t port)
{
    return &p->chip[port & 0x80 ? SLAVE : MASTER];
}

void pic_out(void *pic_pair, uint16_t port, uint8_t v)
{
    struct pic_pair *p = pic_pair;
    struct pic *c = chip_of(p, port);

    if (port & 1) {
        if (c->icw)
            init_word(c, v);
        else
            c->imr = v;
    } else if (v & ICW1) {
        init_command(c, v);
    } else if (v & OCW3) {
        ocw3(c, v);
    } else {
        ocw2(c, v);
    }
    update(p);
}

/* The poll command: the read is the INTA (data sheet, "Poll Command"). */
static uint8_t polled(struct pic_pair *p, struct pic *c)
{
    int pin = c == &p->chip[SLAVE] ? acknowledge_slave(p) : acknowledge(c);

    c->poll = false;
    update(p);
    return pin == NONE ? 0 : (uint8_t)(0x80 | pin);
}

uint8_t pic_in(void *pic_pair, uint16_t port)
{
    struct pic_pair *p = pic_pair;
    struct pic *c = chip_of(p, port);

    if (c->poll)
        return polled(p, c);
    if (port & 1)
        return c->imr;
    return c->read_isr ? c->isr : c->irr;
}

uint8_t pic_elcr_in(void *pic_pair, uint16_t port)
{
    return ((struct pic_pair *)pic_pair)->chip[port & 1].elcr;
}

void pic_elcr_out(void *pic_pair, uint16_t port, uint8_t v)
{
    struct pic_pair *p = pic_pair;
    struct pic *c = &p->chip[port & 1];

    c->elcr = v & elcr_writable[port & 1];
    c->level = c->ltim ? 0xff : c->elcr;
    c->irr |= c->pins & c->level;
    update(p);
}

void pic_init(struct pic_pair *p, const struct dev_host *host)
{
    *p = (struct pic_pair){.host = host};
    p->chip[MASTER] = (struct pic){.base = 0x08, .imr = 0xb8, .lowest = 7, .icw3 = 1 << CASCADE};
    p->chip[SLAVE] = (struct pic){.base = 0x70, .imr = 0xff, .lowest = 7, .icw3 = CASCADE};
    update(p);
}

void pic_settle(struct pic_pair *p)
{
    p->chip[MASTER].irr = p->chip[SLAVE].irr = 0;
    update(p);
}

static void chip_state(struct state *s, struct pic *c)
{
    uint8_t *byte[] = {&c->irr, &c->isr, &c->imr, &c->pins, &c->elcr, &c->base, &c->icw3, &c->lowest, &c->icw};
    bool *flag[] = {&c->single, &c->icw4,     &c->ltim, &c->auto_eoi, &c->rotate_aeoi,
                    &c->nested, &c->read_isr, &c->poll, &c->special};

    for (unsigned i = 0; i < sizeof byte / sizeof *byte; i++)
        state_u8(s, byte[i]);
    for (unsigned i = 0; i < sizeof flag / sizeof *flag; i++)
        state_bool(s, flag[i]);
    state_check(s, c->lowest < 8 && !(c->base & 7), "8259A: no such priority or base");
    state_check(s, c->icw == 0 || (c->icw >= 2 && c->icw <= 4), "8259A: no such ICW");
    c->level = c->ltim ? 0xff : c->elcr;
}

void pic_state(struct state *s, struct pic_pair *p)
{
    state_section(s, "PIC ", 1);
    chip_state(s, &p->chip[MASTER]);
    chip_state(s, &p->chip[SLAVE]);
    if (state_loading(s))
        update(p);
}
