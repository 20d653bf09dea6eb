/* SPDX-License-Identifier: MIT */
/*
 * The local APIC of the one processor (SDM Vol. 3, chapter 11, "APIC"), a page of registers at FEE00000h.
 *
 *      PICs' INT ──> LINT0 ──ExtINT──────────────────────────────┐
 *      timer, errors, messages (I/O APIC, itself) ──> IRR ──PPR──┴──> INTR pin
 *                                                     IRR ──INTA──> ISR ──EOI──> (level: EOI to the I/O APIC)
 *
 * As firmware leaves it: on, in virtual wire mode (MultiProcessor Specification 1.4, 3.6.2.2), so that a kernel which knows
 * nothing of it gets the PICs' interrupts. The timer counts a bus clock of 100 MHz, which is our choice.
 */
#ifndef INTERP_DEV_LAPIC_H
#define INTERP_DEV_LAPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "interp/clock.h"

struct dev_host;
struct state;

enum { LAPIC_PAGE = 0xfee00, LAPIC_HZ = 100000000, LAPIC_VERSION = 0x00050014 };

/* The local vector table (11.5.1), in the order of its registers from 320h on. */
enum lapic_lvt { LVT_TIMER, LVT_THERMAL, LVT_COUNTER, LVT_LINT0, LVT_LINT1, LVT_ERROR, LVT_ENTRIES };

/* An interrupt message (11.10): from the I/O APIC, or by the ICR. */
struct apic_message {
    uint8_t vector, mode; /* delivery mode: enum apic_mode */
    uint8_t destination;
    bool logical; /* destination mode */
    bool level;   /* trigger mode */
};
enum apic_mode { APIC_FIXED, APIC_LOWEST, APIC_SMI, APIC_NMI = 4, APIC_INIT, APIC_STARTUP, APIC_EXTINT };

struct lapic {
    bool on; /* IA32_APIC_BASE.EN (11.4.3): off, the PICs have the processor to themselves */
    uint32_t id, tpr, ldr, dfr, svr, icr[2], lvt[LVT_ENTRIES];
    uint32_t esr, errors; /* as shown, and gathered since the last write */
    uint32_t irr[8], isr[8], tmr[8];
    uint32_t initial, divide; /* the timer's registers, */
    uint64_t start;           /* and the pulse of the bus clock from which it counts */
    bool extint;              /* the PICs' INT */
    struct timer timer;
    const struct dev_host *host;
    /* The end of a level-triggered interrupt. */
    void (*eoi)(void *eoi_ctx, uint8_t vector);
    void *eoi_ctx;
};

void lapic_init(struct lapic *l, const struct dev_host *host);
void lapic_state(struct state *s, struct lapic *l);

/* The PICs' INT, at LINT0. */
void lapic_extint(struct lapic *l, bool level);
/* A message on the APIC bus. False: it is not for this processor. */
bool lapic_message(struct lapic *l, const struct apic_message *m);
/* The INTA cycle: the vector; -1: it is the PICs' to say. */
int lapic_ack(struct lapic *l);
/* May the timer still interrupt, and may the PICs? */
bool lapic_timer_wakes(const struct lapic *l);
bool lapic_passes_extint(const struct lapic *l);

/* IA32_APIC_BASE (MSR 1Bh): only EN can be changed. -1: #GP. */
enum { LAPIC_MSR = 0x1b };
uint64_t lapic_base(const struct lapic *l);
int lapic_set_base(struct lapic *l, uint64_t v);

uint32_t lapic_load(void *lapic, uint32_t offset, unsigned size);
void lapic_store(void *lapic, uint32_t offset, unsigned size, uint32_t value);

#endif
