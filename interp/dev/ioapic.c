/* SPDX-License-Identifier: MIT */
#include "interp/dev/ioapic.h"

#include "interp/dev/lapic.h"
#include "interp/state.h"

/* Offsets in the page, and the registers behind the window (82093AA, 3.1, 3.2). */
enum { IOREGSEL = 0x00, IOWIN = 0x10 };
enum { ID = 0x00, VERSION = 0x01, ARBITRATION = 0x02, ENTRIES = 0x10 };
enum { ID_SHIFT = 24, ID_BITS = 0x0f000000 };
/* An entry of the redirection table (3.2.4). The delivery status is never seen: delivery takes no time. */
enum {
    MODE_SHIFT = 8,
    LOGICAL = 1 << 11,
    REMOTE_IRR = 1 << 14,
    LEVEL = 1 << 15,
    MASKED = 1 << 16,
    DESTINATION_SHIFT = 56
};
#define ENTRY_WRITABLE UINT64_C(0xff0000000001afff)

static unsigned input_of(unsigned irq)
{
    return irq ? irq : IOAPIC_TIMER_INPUT;
}

static unsigned mode_of(uint64_t entry)
{
    return entry >> MODE_SHIFT & 7;
}

static bool level_triggered(uint64_t entry)
{
    return entry & LEVEL && (mode_of(entry) == APIC_FIXED || mode_of(entry) == APIC_LOWEST);
}

static bool send(struct ioapic *a, uint64_t e)
{
    const struct apic_message m = {.vector = (uint8_t)e,
                                   .mode = (uint8_t)mode_of(e),
                                   .destination = (uint8_t)(e >> DESTINATION_SHIFT),
                                   .logical = e & LOGICAL,
                                   .level = level_triggered(e)};

    return a->send(a->ctx, &m);
}

/* A level-triggered input sends as long as the line is up, and not before the last one was ended (remote IRR). */
static void serve_level(struct ioapic *a, unsigned input)
{
    uint64_t *e = &a->entry[input];

    if (*e & (MASKED | REMOTE_IRR) || !level_triggered(*e) || !(a->inputs >> input & 1))
        return;
    if (send(a, *e))
        *e |= REMOTE_IRR;
}

void ioapic_line(struct ioapic *a, unsigned irq, bool level)
{
    unsigned input = input_of(irq);
    uint32_t bit = 1u << input;
    bool rises = level && !(a->inputs & bit);
    uint64_t e = a->entry[input];

    if (irq >= 16 || irq == 2)
        return;
    a->inputs = level ? a->inputs | bit : a->inputs & ~bit;
    /* An edge that comes while the entry is masked is lost. */
    if (rises && !(e & MASKED) && !level_triggered(e))
        (void)send(a, e);
    serve_level(a, input);
}

/* Two inputs may share a vector: each entry that waits for it is ended (82093AA, 3.2.4, "Remote IRR"). */
void ioapic_eoi(void *ioapic, uint8_t vector)
{
    struct ioapic *a = ioapic;

    for (unsigned i = 0; i < IOAPIC_INPUTS; i++)
        if ((uint8_t)a->entry[i] == vector && a->entry[i] & REMOTE_IRR) {
            a->entry[i] &= ~(uint64_t)REMOTE_IRR;
            serve_level(a, i);
        }
}

bool ioapic_passes(const struct ioapic *a, unsigned irq)
{
    return !(a->entry[input_of(irq)] & MASKED);
}

bool ioapic_has_nmi(const struct ioapic *a)
{
    for (unsigned i = 0; i < IOAPIC_INPUTS; i++)
        if (!(a->entry[i] & MASKED) && mode_of(a->entry[i]) == APIC_NMI)
            return true;
    return false;
}

/* An edge-triggered entry has no remote IRR. */
static void write_entry(struct ioapic *a, unsigned reg, uint32_t v)
{
    unsigned input = (reg - ENTRIES) / 2, shift = reg & 1 ? 32 : 0;
    uint64_t *e = &a->entry[input], kept = *e & ~((UINT64_C(0xffffffff) << shift) & ENTRY_WRITABLE);

    *e = kept | ((uint64_t)v << shift & ENTRY_WRITABLE);
    if (!level_triggered(*e))
        *e &= ~(uint64_t)REMOTE_IRR;
    serve_level(a, input);
}

static uint32_t read_window(const struct ioapic *a)
{
    unsigned reg = a->select;

    if (reg >= ENTRIES && reg < ENTRIES + 2 * IOAPIC_INPUTS)
        return (uint32_t)(a->entry[(reg - ENTRIES) / 2] >> (reg & 1 ? 32 : 0));
    switch (reg) {
    case ID:
    case ARBITRATION: return a->id;
    case VERSION: return (IOAPIC_INPUTS - 1) << 16 | IOAPIC_VERSION;
    default: return 0;
    }
}

static void write_window(struct ioapic *a, uint32_t v)
{
    if (a->select == ID)
        a->id = v & ID_BITS;
    else if (a->select >= ENTRIES && a->select < ENTRIES + 2 * IOAPIC_INPUTS)
        write_entry(a, a->select, v);
}

uint32_t ioapic_load(void *ioapic, uint32_t offset, unsigned size)
{
    const struct ioapic *a = ioapic;

    (void)size;
    if (offset == IOREGSEL)
        return a->select;
    return offset == IOWIN ? read_window(a) : 0;
}

/* Registers are accessed as double words; IOREGSEL's one byte may be written alone (3.1.1). */
void ioapic_store(void *ioapic, uint32_t offset, unsigned size, uint32_t v)
{
    struct ioapic *a = ioapic;

    if (offset == IOREGSEL)
        a->select = (uint8_t)v;
    else if (offset == IOWIN && size == 4)
        write_window(a, v);
}

void ioapic_init(struct ioapic *a, bool (*send_message)(void *ctx, const struct apic_message *m), void *ctx)
{
    *a = (struct ioapic){.send = send_message, .ctx = ctx};
    for (unsigned i = 0; i < IOAPIC_INPUTS; i++)
        a->entry[i] = MASKED;
}

void ioapic_state(struct state *s, struct ioapic *a)
{
    state_section(s, "IOAP", 1);
    state_u8(s, &a->select);
    state_u32(s, &a->id);
    for (unsigned i = 0; i < IOAPIC_INPUTS; i++)
        state_u64(s, &a->entry[i]);
    state_u32(s, &a->inputs);
}
