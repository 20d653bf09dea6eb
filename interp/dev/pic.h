/* SPDX-License-Identifier: MIT */
/*
 * The two cascaded 8259A interrupt controllers of a PC/AT (Intel 8259A data sheet, order 231468). Names are the data
 * sheet's. One chip:
 *
 *      pins ──edge or level──> IRR ──not IMR, above ISR──> INT ──INTA──> ISR, vector ──EOI──> ISR cleared
 *
 * The second chip's INT is the first one's pin 2. The first one's INT is the CPU's INTR.
 */
#ifndef INTERP_DEV_PIC_H
#define INTERP_DEV_PIC_H

#include <stdbool.h>
#include <stdint.h>

struct dev_host;
struct state;

struct pic {
    uint8_t irr, isr, imr;
    uint8_t pins;   /* levels at IR0 to IR7 */
    uint8_t level;  /* pins that are level-triggered: ELCR, or all by ICW1.LTIM */
    uint8_t elcr;   /* Edge/Level Control Register, 4D0h/4D1h (82371AB data sheet, 4.2.5) */
    uint8_t base;   /* ICW2: vector of IR0 */
    uint8_t icw3;   /* as written: it changes nothing, the cascade is soldered */
    uint8_t lowest; /* the pin of lowest priority: 7 unless rotated */
    uint8_t icw;    /* which ICW is expected next at A0 = 1: 2, 3, 4, or 0 for none (then OCW1) */
    bool single;    /* ICW1.SNGL: no ICW3 */
    bool icw4;      /* ICW1.IC4: ICW4 will come */
    bool ltim;
    bool auto_eoi, rotate_aeoi;
    bool nested;   /* ICW4.SFNM: special fully nested mode */
    bool read_isr; /* OCW3: what a read at A0 = 0 returns */
    bool poll;     /* OCW3: the next read is an interrupt acknowledge */
    bool special;  /* OCW3: special mask mode */
};

struct pic_pair {
    struct pic chip[2]; /* [0] master: IRQ 0 to 7; [1] slave: IRQ 8 to 15 */
    const struct dev_host *host;
};

/* As a PC's firmware leaves them: vectors 08h and 70h, everything but IRQ 0, 1, 2 and 6 masked. */
void pic_init(struct pic_pair *p, const struct dev_host *host);
void pic_state(struct state *s, struct pic_pair *p);

/* An interrupt line, 0 to 15, changes level. IRQ 2 is the cascade and nobody's. */
void pic_line(struct pic_pair *p, unsigned irq, bool level);
/* The INTA cycle: which vector? With nothing to acknowledge it is the chip's IR7 (data sheet, "spurious"). */
uint8_t pic_ack(struct pic_pair *p);
/* Drops the requests that powering on made: a guest finds none. */
void pic_settle(struct pic_pair *p);
/* Would INTR rise if this line did? False: masked, or something of its priority or above is in service. */
bool pic_passes(const struct pic_pair *p, unsigned irq);

/* Ports 20h, 21h, A0h, A1h, and 4D0h, 4D1h. */
uint8_t pic_in(void *pic_pair, uint16_t port);
void pic_out(void *pic_pair, uint16_t port, uint8_t value);
uint8_t pic_elcr_in(void *pic_pair, uint16_t port);
void pic_elcr_out(void *pic_pair, uint16_t port, uint8_t value);

#endif
