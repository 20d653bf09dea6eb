/* SPDX-License-Identifier: MIT */
/*
 * The configuration table of the MultiProcessor Specification 1.4, chapter 4: one processor, the buses, the I/O APIC, and
 * which line is which input. It is how kernels find APICs.
 */
#include <string.h>

#include "interp/firmware.h"
#include "interp/machine.h"

enum { POINTER_SIZE = 16, HEADER_SIZE = 44, SPEC_1_4 = 4 };
enum { ENTRY_PROCESSOR, ENTRY_BUS, ENTRY_IOAPIC, ENTRY_IO, ENTRY_LOCAL };
enum { INT, NMI, SMI, EXTINT }; /* interrupt types (table 4-10) */
enum { PROCESSOR_ENABLED = 1, PROCESSOR_BOOT = 2, IOAPIC_ENABLED = 1 };
enum { PCI_BUS, ISA_BUS, LOCAL_APIC = 0, IO_APIC = 1, ISA_LINES = 16, CASCADE = 2 };

struct table {
    uint8_t bytes[256];
    unsigned size, entries;
};

static void add(struct table *t, const void *entry, unsigned n)
{
    memcpy(t->bytes + t->size, entry, n);
    t->size += n;
    t->entries++;
}

static void put_double(uint8_t *to, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = (uint8_t)(v >> 8 * i);
}

/* Makes the sum of all bytes 0. */
static void seal(uint8_t *bytes, unsigned n, unsigned at)
{
    uint8_t sum = 0;

    for (unsigned i = 0; i < n; i++)
        sum += bytes[i];
    bytes[at] = (uint8_t)-sum;
}

static void add_processor(struct table *t)
{
    uint8_t e[20] = {ENTRY_PROCESSOR, LOCAL_APIC, (uint8_t)LAPIC_VERSION, PROCESSOR_ENABLED | PROCESSOR_BOOT};

    put_double(e + 4, CPU_SIGNATURE);
    put_double(e + 8, CPU_FEATURES);
    add(t, e, sizeof e);
}

static void add_ioapic(struct table *t)
{
    uint8_t e[8] = {ENTRY_IOAPIC, IO_APIC, IOAPIC_VERSION, IOAPIC_ENABLED};

    put_double(e + 4, (uint32_t)IOAPIC_PAGE << 12);
    add(t, e, sizeof e);
}

/* Flags 0: polarity and trigger mode as the bus has them. */
static void add_interrupt(struct table *t, uint8_t entry, uint8_t type, uint8_t line, uint8_t apic, uint8_t input)
{
    const uint8_t e[8] = {entry, type, 0, 0, ISA_BUS, line, apic, input};

    add(t, e, sizeof e);
}

static void add_entries(struct table *t)
{
    add_processor(t);
    add(t, (const uint8_t[]){ENTRY_BUS, PCI_BUS, 'P', 'C', 'I', ' ', ' ', ' '}, 8);
    add(t, (const uint8_t[]){ENTRY_BUS, ISA_BUS, 'I', 'S', 'A', ' ', ' ', ' '}, 8);
    add_ioapic(t);
    for (uint8_t line = 0; line < ISA_LINES; line++)
        if (line != CASCADE)
            add_interrupt(t, ENTRY_IO, INT, line, IO_APIC, line ? line : IOAPIC_TIMER_INPUT);
    add_interrupt(t, ENTRY_LOCAL, EXTINT, 0, LOCAL_APIC, 0);
    add_interrupt(t, ENTRY_LOCAL, NMI, 0, LOCAL_APIC, 1);
}

/* The header (4.2). */
static void finish(struct table *t)
{
    uint8_t *h = t->bytes;

    memcpy(h, "PCMP", 4);
    h[4] = (uint8_t)t->size;
    h[5] = (uint8_t)(t->size >> 8);
    h[6] = SPEC_1_4;
    memcpy(h + 8, "RINGSIDESOFTWARE PC ", 20);
    h[34] = (uint8_t)t->entries;
    put_double(h + 36, (uint32_t)LAPIC_PAGE << 12);
    seal(h, t->size, 7);
}

void mptable_write(struct machine *m, unsigned at)
{
    struct table t = {.size = HEADER_SIZE};
    uint8_t pointer[POINTER_SIZE] = {'_', 'M', 'P', '_', 0, 0, 0, 0, POINTER_SIZE / 16, SPEC_1_4};

    add_entries(&t);
    finish(&t);
    put_double(pointer + 4, at + POINTER_SIZE);
    seal(pointer, sizeof pointer, 10);
    (void)machine_write(m, at, pointer, sizeof pointer);
    (void)machine_write(m, at + POINTER_SIZE, t.bytes, t.size);
    m->pc.ioapic.id = IO_APIC << 24;
}
