/* SPDX-License-Identifier: MIT */
/*
 * The I/O APIC (Intel 82093AA data sheet), a page of registers at FEC00000h: 24 inputs, each with an entry that says which
 * message its interrupt becomes. ISA line n is input n, but for line 0, which is input 2, as on PCs ever since the MP
 * specification; the MP table says so.
 *
 *      IOREGSEL (+00h) chooses a register, IOWIN (+10h) is it: ID, version, arbitration, 24 entries of two double words
 */
#ifndef INTERP_DEV_IOAPIC_H
#define INTERP_DEV_IOAPIC_H

#include <stdbool.h>
#include <stdint.h>

struct apic_message;
struct state;

enum { IOAPIC_PAGE = 0xfec00, IOAPIC_INPUTS = 24, IOAPIC_VERSION = 0x11, IOAPIC_TIMER_INPUT = 2 };

struct ioapic {
    uint8_t select;
    uint32_t id;
    uint64_t entry[IOAPIC_INPUTS];
    uint32_t inputs; /* levels */
    /* The APIC bus. False: nobody took it. */
    bool (*send)(void *ctx, const struct apic_message *m);
    void *ctx;
};

void ioapic_init(struct ioapic *a, bool (*send)(void *ctx, const struct apic_message *m), void *ctx);
void ioapic_state(struct state *s, struct ioapic *a);

/* An ISA interrupt line, 0 to 15, changes level. */
void ioapic_line(struct ioapic *a, unsigned irq, bool level);
/* A local APIC has ended a level-triggered interrupt. */
void ioapic_eoi(void *ioapic, uint8_t vector);
/* Would the line's rise become a message? Would any input's become an NMI? */
bool ioapic_passes(const struct ioapic *a, unsigned irq);
bool ioapic_has_nmi(const struct ioapic *a);

uint32_t ioapic_load(void *ioapic, uint32_t offset, unsigned size);
void ioapic_store(void *ioapic, uint32_t offset, unsigned size, uint32_t value);

#endif
